"""The wheel has a library of C in it, and no module of C: it is for any Python 3 of one platform."""

from setuptools import Distribution, setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel


class OfPlatform(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class OfAnyPython(bdist_wheel):
    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(distclass=OfPlatform, cmdclass={"bdist_wheel": OfAnyPython})
