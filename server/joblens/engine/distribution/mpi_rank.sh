# One MPI process: its place among the nodes, its own log, and a note of how it ended. Words: processes per
# node, the command, the folder of the logs, the folder of the exit codes.
per_node=$1 command=$2 logs=$3 ends=$4
rank=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-${PMIX_RANK:-0}}}
size=${OMPI_COMM_WORLD_SIZE:-${PMI_SIZE:-1}}
node=$((rank / per_node)) place=$((rank % per_node))
if [ -n "${OMPI_COMM_WORLD_RANK:-}" ]; then # nodes that share a machine are one node to mpirun
    export OMPI_COMM_WORLD_LOCAL_RANK=$place OMPI_COMM_WORLD_LOCAL_SIZE=$per_node OMPI_COMM_WORLD_NODE_RANK=$place
fi
master=false
[ "$node" -ne 0 ] || master=true
export AZUREML_CR_NODE_RANK=$node AZUREML_PROCESS_NAME=rank_$rank AZ_BATCH_IS_CURRENT_NODE_MASTER=$master
gpus=$(eval "echo \"\${JOBLENS_GPUS_OF_NODE_$node:-}\"")
[ -z "$gpus" ] || export CUDA_VISIBLE_DEVICES="$gpus"
last=$((size - 1)) width=2
[ "$size" -gt 1 ] || width=1
[ "$size" -le 100 ] || width=${#last}
log=$logs/std_log_process_$(printf "%0${width}d" "$rank").txt
[ "$rank" -ne 0 ] || log=$logs/std_log.txt
shell=sh
! command -v bash >/dev/null 2>&1 || shell=bash
"$shell" -c "$command" >>"$log" 2>&1
code=$?
echo "$code" >"$ends/.$rank" && mv "$ends/.$rank" "$ends/$rank"
exit "$code"
