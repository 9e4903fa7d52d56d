"""Trains a small network with several processes; the first one records the run with MLflow."""

import argparse
import os
import sys

import mlflow
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


def main() -> None:
    options = parse_options()
    # Who and where the others are stands in RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT.
    dist.init_process_group("gloo")
    print(
        f"rank {dist.get_rank()} of {dist.get_world_size()}: "
        f"process {os.environ['LOCAL_RANK']} of node {os.environ['NODE_RANK']}",
        flush=True,
    )

    torch.manual_seed(options.seed)
    network = DistributedDataParallel(nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2)))
    losses = train(network, points_in_a_ring(options.points), options)
    if dist.get_rank() == 0:
        record(options, losses)

    # A process that leaves while another one still talks to it can bring that one down.
    dist.barrier()
    dist.destroy_process_group()
    # PyTorch's gloo threads now and then abort a process that ends in the ordinary way after DDP
    # (pytorch/pytorch#190489); nothing is left to do here, so end it at once.
    sys.stdout.flush()
    os._exit(0)


def train(network: nn.Module, points: TensorDataset, options: argparse.Namespace) -> list[float]:
    """The mean loss of each epoch, over all processes."""
    sampler: DistributedSampler[TensorDataset] = DistributedSampler(points, seed=options.seed)
    batches = DataLoader(points, batch_size=options.batch_size, sampler=sampler)
    optimizer = torch.optim.SGD(network.parameters(), lr=options.learning_rate, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(options.epochs):
        sampler.set_epoch(epoch)
        total = torch.zeros(1)
        for features, labels in batches:
            optimizer.zero_grad()
            loss = criterion(network(features), labels)
            loss.backward()  # The gradients of all processes are averaged here.
            optimizer.step()
            total += loss.detach()
        dist.all_reduce(total)
        losses.append(total.item() / (len(batches) * dist.get_world_size()))
    return losses


def points_in_a_ring(count: int) -> TensorDataset:
    """Points of the plane, and whether each lies in a ring: the same ones in every process."""
    points = torch.randn(count, 2, generator=torch.Generator().manual_seed(0))
    radius = points.norm(dim=1)
    return TensorDataset(points, ((radius > 0.7) & (radius < 1.7)).long())


def record(options: argparse.Namespace, losses: list[float]) -> None:
    """Logs parameters and losses: once, not once per process."""
    with mlflow.start_run():
        mlflow.log_params({**vars(options), "world_size": dist.get_world_size()})
        for epoch, loss in enumerate(losses):
            mlflow.log_metric("train_loss", loss, step=epoch)
            print(f"epoch {epoch}: train_loss {loss:.4f}", flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1, help="passes over the points")
    parser.add_argument("--learning-rate", type=float, default=0.05, help="size of a step")
    parser.add_argument("--batch-size", type=int, default=32, help="points per step and process")
    parser.add_argument("--points", type=int, default=8192, help="points to make up")
    parser.add_argument("--seed", type=int, default=42, help="makes two runs alike")
    return parser.parse_args()


if __name__ == "__main__":
    main()
