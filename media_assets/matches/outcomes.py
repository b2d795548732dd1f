"""How matches came out, and how several are summed up."""

import polars as pl

TIE, WIN, LOSS, DID_NOT_FINISH, DID_NOT_START = 1, 2, 3, 4, 5
"""Values of `outcome`."""


def win_rate(wins: str, losses: str) -> pl.Expr:
    """Won of won and lost; NULL without either."""
    decided = pl.col(wins) + pl.col(losses)
    return pl.when(decided > 0).then(pl.col(wins) / decided)


def total(name: str) -> pl.Expr:
    """The sum, or NULL of nothing but NULLs, where polars says 0."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
