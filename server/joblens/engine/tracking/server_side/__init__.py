"""What runs in the process of MLflow's server: MLflow's libraries are all it may know."""
