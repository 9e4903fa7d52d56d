"""A container engine as a place that runs tasks: Docker, Podman, or what speaks like them."""
