"""Early termination policies, as Azure ML defines them."""
