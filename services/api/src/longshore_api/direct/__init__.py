"""Routes that read their request themselves: documented as any other, and several times as fast."""
