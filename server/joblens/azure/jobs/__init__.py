"""Jobs of a workspace: looked at, followed, canceled, downloaded, archived; by plain HTTPS."""
