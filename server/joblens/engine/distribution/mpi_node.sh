# Runs on a node the line that mpirun's own node has for it. Words: the beginning of the names of the files.
until [ -e "$1.run" ]; do sleep 0.05; done
sh "$1.run"
echo $? >"$1.part" && mv "$1.part" "$1.code"
# The daemon may have gone to the background: this node is there until the job is over.
while :; do sleep 3600; done
