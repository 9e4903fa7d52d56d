"""What a workspace and a registry hold in tests of names."""

from tests.azure.state import Shelf, State

_CLUSTERS = {
    "cpu-cluster": ("STANDARD_D2_V2", "Dedicated", 4),
    "gpu-cluster": ("STANDARD_NC6", "LowPriority", 2),
}


def fill(state: State) -> None:
    """Put the samples where nothing was."""
    for name, (size, priority, most) in _CLUSTERS.items():
        nodes = {"allocationState": "Steady", "currentNodeCount": 1, "targetNodeCount": 1}
        scale = {"minNodeCount": 0, "maxNodeCount": most}
        inner = {"vmSize": size, "vmPriority": priority, "scaleSettings": scale, **nodes}
        state.computes[name] = {
            "computeType": "AmlCompute",
            "provisioningState": "Succeeded",
            "properties": inner,
        }
    instance = {"vmSize": "STANDARD_DS11_V2", "state": "Stopped"}
    state.computes["my-machine"] = {
        "computeType": "ComputeInstance",
        "provisioningState": "Succeeded",
        "properties": instance,
    }
    _fill_workspace(state.workspace)
    registry = state.registries["azureml"] = Shelf("azureml://registries/azureml")
    _fill_registry(registry)
    state.stores["lake"] = {
        "datastoreType": "AzureDataLakeGen2",
        "accountName": "lakes",
        "filesystem": "raw",
        "isDefault": False,
    }


def _fill_workspace(shelf: Shelf) -> None:
    for version in range(1, 13):
        about = f"scikit-learn as of month {version}"
        image = f"python:3.{version}"
        shelf.put("environments", "sklearn", str(version), image=image, osType="Linux", description=about)
    shelf.put("environments", "pytorch-gpu", "7", image="pytorch/pytorch:2.1", osType="Linux")
    path = "azureml://datastores/workspaceblobstore/paths/titanic"
    for version in ("1", "2"):
        uri = f"{path}-{version}.csv"
        shelf.put("data", "titanic", version, dataType="uri_file", dataUri=uri, description="Who was saved")
    shelf.put("data", "cifar", "2024-05-01", dataType="uri_folder", dataUri=f"{path}/cifar")
    shelf.put("models", "resnet", "3", modelType="custom_model", modelUri=f"{path}/resnet", flavors={})
    spec = {"name": "prep", "version": "1", "display_name": "Prepare", "type": "command"}
    shelf.put("components", "prep", "1", componentSpec=spec)


def _fill_registry(shelf: Shelf) -> None:
    for version in ("9", "10"):
        image = f"mcr.microsoft.com/azureml/curated/sklearn-1.5:{version}"
        shelf.put("environments", "sklearn-1.5", version, image=image, osType="Linux")
    shelf.put("environments", "acft-hf-nlp-gpu", "80", image="mcr.microsoft.com/azureml/curated/acft:80")
    shelf.put("components", "train_model", "0.0.5", componentSpec={"name": "train_model", "type": "command"})
    shelf.put("models", "bert-base", "17", modelType="mlflow_model", modelUri="x")
