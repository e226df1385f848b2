"""The shell: huggingface_hub knows Colab by the name of its class."""
from ipykernel.zmqshell import ZMQInteractiveShell


class Shell(ZMQInteractiveShell):
    """IPython's shell under Colab's name."""
