"""What runs on the cluster: the standard library and the cluster's own Ray are all it may know."""
