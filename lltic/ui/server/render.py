"""One notebook into one page, written while its kernel starts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from voila.execute import VoilaExecutor
from voila.notebook_renderer import NotebookRenderer

__all__ = ["Assets", "Page", "PageRenderer"]

VIEW = "application/vnd.jupyter.widget-view+json"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

START_SECONDS = 60
CELL_SECONDS = 120


class Assets:
    """The server's own script and styles, in memory, under addresses that change with them.

    Parameters
    ----------
    folder : Path
        Where they are; read once.
    """

    def __init__(self, folder: Path) -> None:
        files = [f for f in sorted(folder.iterdir()) if f.suffix in TYPES]
        self._content = {file.name: file.read_bytes() for file in files}

    def content(self, digest: str, name: str) -> tuple[bytes, str] | None:
        """Return an asset and its type when there is one of that name and content."""
        content = self._content.get(name)
        if content is None or digest != self._digest(content):
            return None
        return content, TYPES[Path(name).suffix]

    def address(self, name: str) -> str:
        """Return the address of an asset, below the server's base."""
        return f"static/{self._digest(self._content[name])}/{name}"

    @staticmethod
    def _digest(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()[:20]


class Page:
    """One page of the closed list: its address and its notebook, read once."""

    def __init__(self, address: str, contents_manager: Any, notebook: Path) -> None:
        self.address = address
        contents_manager.root_dir = str(notebook.parent)
        self.notebook = contents_manager.get(notebook.name, type="notebook")["content"]
        self.notebook.metadata.kernelspec = {
            "name": "python3",
            "display_name": "Page",
            "language": "python",
        }


class PageRenderer(NotebookRenderer):
    """Voilà's renderer with our template, and a plain word when something fails.

    Parameters
    ----------
    page : Page
        What to render.
    context : dict
        What the template is told besides the notebook.
    """

    def __init__(self, page: Page, context: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(notebook_path=f"{page.address.strip('/') or 'desk'}.ipynb", **kwargs)
        self._page = page
        self._context = context
        self.failed = ""
        self.executor: Any = None

    async def load_notebook(self, path: str) -> Any:
        """Return a copy of the page's notebook."""
        return deepcopy(self._page.notebook)

    async def initialize(self, **kwargs: Any) -> None:
        """Load the notebook and the template; nothing of the request chooses either."""
        await super().initialize()
        self.resources.update(self._context)

    async def parts(self, kernel_id: str, kernel: Any) -> AsyncIterator[str]:
        """Yield the page piece by piece; the last piece says whether it worked."""
        async for html, _ in self.generate_content_generator(kernel_id, kernel):
            yield html

    async def _jinja_kernel_start(self, nb: Any, kernel_id: str, kernel_future: Any) -> str:
        kernel = await ensure_async(kernel_future)
        self.executor = VoilaExecutor(
            nb,
            km=kernel,
            show_tracebacks=False,
            startup_timeout=START_SECONDS,
            iopub_timeout=CELL_SECONDS,
            timeout=CELL_SECONDS,
        )
        try:
            self.executor.kc = await self.executor.async_start_new_kernel_client()
        except Exception as error:  # whatever it is, the person gets a page that says so
            self._note(error)
        return kernel_id

    async def _jinja_cell_generator(self, nb: Any, kernel_id: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what each cell shows: the ids of its widgets."""
        seen = 0
        for index, cell in enumerate(nb.cells if not self.failed else ()):
            if cell.cell_type != "code":
                continue
            try:
                done = await self.executor.async_execute_cell(cell, index, store_history=False)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # the same
                self._note(error)
                break
            views = [o.data[VIEW]["model_id"] for o in done.outputs if VIEW in o.get("data", {})]
            seen += len(views)
            yield {"views": views}
        if not (seen or self.failed):
            self.failed = "it showed nothing"
        if self.failed:
            yield {"failed": True, "views": []}
        await self._cleanup_resources()

    async def _cleanup_resources(self) -> None:
        if self.executor is not None and self.executor.kc is not None:
            await ensure_async(self.executor.kc.stop_channels())
            self.executor.kc = None

    def _note(self, error: Exception) -> None:
        """Keep the kind of an error; its words may quote what somebody wrote."""
        self.failed = getattr(error, "ename", "") or type(error).__name__
        self.log.error("page %s failed: %s", self._page.address, self.failed)
