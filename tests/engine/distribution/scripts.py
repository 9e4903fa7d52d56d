"""Small distributed programs: each does with its framework what only all processes together can do."""

ALL_REDUCE = """\
    import os

    import torch
    import torch.distributed as dist

    dist.init_process_group("gloo")
    mine = torch.full((1000,), dist.get_rank() + 1.0)
    dist.all_reduce(mine)
    told = [os.environ[name] for name in ("RANK", "LOCAL_RANK", "NODE_RANK", "WORLD_SIZE")]
    print("sum", mine.unique().tolist(), *told, flush=True)
    dist.barrier()
    os._exit(0)  # threads of gloo may abort a process that ends in the ordinary way
    """

MPI_SUM = """\
    import os

    from mpi4py import MPI

    world = MPI.COMM_WORLD
    names = ("RANK", "LOCAL_RANK", "LOCAL_SIZE", "SIZE")
    told = [os.environ[f"OMPI_COMM_WORLD_{name}"] for name in names]
    print("sum", world.allreduce(world.rank + 1), *told, os.environ["AZUREML_CR_NODE_RANK"], flush=True)
    nodes = {each.partition(":")[0] for each in world.allgather(MPI.Get_processor_name())}
    if world.rank == 0:
        print(len(nodes), "machines", flush=True)
    """

MIRRORED = """\
    import json
    import os
    import time

    import tensorflow as tf

    options = tf.distribute.experimental.CommunicationOptions(
        implementation=tf.distribute.experimental.CommunicationImplementation.RING
    )
    strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
    resolver = strategy.cluster_resolver
    with strategy.scope():
        weight = tf.Variable(0.0)


    @tf.function
    def step():
        def learn():
            context = tf.distribute.get_replica_context()
            total = context.all_reduce("SUM", tf.constant(float(resolver.task_id + 1)))
            weight.assign(total)
            return total

        return strategy.run(learn)


    step()
    print("sum", float(weight.numpy()), strategy.num_replicas_in_sync, resolver.task_id, flush=True)
    open(f"outputs/has-summed-{resolver.task_id}", "w").close()
    while len(os.listdir("outputs")) < 2:  # the first worker serves the other one
        time.sleep(0.05)
    os._exit(0)
    """

SPREAD = """\
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

    ray.init(log_to_driver=False)


    @ray.remote(num_cpus=1)
    def place():
        return ray.get_runtime_context().get_node_id()


    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
    there = ray.get([place.options(scheduling_strategy=On(node, soft=False)).remote() for node in nodes])
    print("ran on", len(set(there)), "nodes", flush=True)
    """
