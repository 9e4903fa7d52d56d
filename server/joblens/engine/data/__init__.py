"""Inputs and outputs of a job on this machine."""
