"""The screens: they show and forward, and never decide.

Components are in :mod:`lltic.ui.kit`, the pages in ``lltic/ui/pages``, and the
web server that lets people in is :mod:`lltic.ui.server`.
"""
