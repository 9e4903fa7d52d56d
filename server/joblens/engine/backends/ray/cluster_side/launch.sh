# Starts the run's driver with the Python that the cluster itself runs with.
here=$PWD
for python in python3 python; do
  if command -v $python >/dev/null 2>&1 && $python -c '
import importlib.util, sys
sys.exit(importlib.util.find_spec("ray") is None)' 2>/dev/null; then
    exec $python "$here/joblens_gang.py"
  fi
done
# None on PATH has Ray: the parent is a worker of Ray, whose memory map says where its Ray lies.
site=$(sed -n 's|^.* \(/.*\)/ray/_raylet\.so$|\1|p' "/proc/$PPID/maps" 2>/dev/null | head -n 1)
PYTHONPATH="$site${PYTHONPATH:+:$PYTHONPATH}" exec "$(readlink "/proc/$PPID/exe")" "$here/joblens_gang.py"
