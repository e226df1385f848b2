"""The kernel that has Colab's shell."""
from google.colab._shell import Shell
from ipykernel.ipkernel import IPythonKernel
from traitlets import Type


class Kernel(IPythonKernel):
    """IPython's kernel with Colab's shell."""

    shell_class = Type(Shell)
