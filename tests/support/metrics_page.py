"""A page of metrics, as a scraper reads it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


@dataclass(frozen=True)
class MetricsPage:
    """The page of a process on this machine."""

    port: int

    def samples(self) -> list[Sample]:
        """Every sample of this instant; none while nobody answers."""
        try:
            text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=5).text
        except httpx.TransportError:
            return []
        return [one for family in text_string_to_metric_families(text) for one in family.samples]

    def total(self, sample: str, /, **labels: str) -> float:
        """The sum of the samples with this name and these labels."""
        return sum(
            one.value
            for one in self.samples()
            if one.name == sample and labels.items() <= one.labels.items()
        )

    def told(self) -> set[str]:
        """The names of the project's metrics, as the catalogue has them."""
        suffixes = ("_bucket", "_sum", "_count")
        found = {
            one.name for one in self.samples() if one.name.startswith(("celery_", "longshore_"))
        }
        bases = {
            next((name.removesuffix(end) for end in suffixes if name.endswith(end)), name)
            for name in found
        }
        return {name for name in bases if not name.endswith("_created")}

    def names(self) -> set[str]:
        """The names of all samples."""
        return {one.name for one in self.samples()}
