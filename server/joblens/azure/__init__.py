"""All that Joblens knows of Azure."""
