"""What the stand-in for Azure's control plane answers, path by path."""

from tests.azure.routes import assets, computes, jobs, stores, workspaces

ROUTES = (*workspaces.ROUTES, *stores.ROUTES, *computes.ROUTES, *assets.ROUTES, *jobs.ROUTES)
