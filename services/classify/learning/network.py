"""Fits small networks on embeddings, for `deep.py`: one hidden layer, which sees that words mean something else together.

Several are fitted from different beginnings and put side by side as one, whose answer is the mean of theirs before it
becomes probabilities: what each learnt by chance weighs less. The same data and library versions give the same bytes.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from services.classify.domain.fusion import FusedHead, Hidden, unmixed
from services.classify.domain.linear import Floats

UNITS, NETWORKS = 128, 5
REGULARISATION, ROUNDS, BATCH = 1.0, 30, 128
"""Chosen on the tuning part: of 64, 128 and 256 units, and of regularisation from 0.3 to 10."""


def network(
    name: str,
    labels: Sequence[str],
    vectors: Floats,
    wanted: npt.NDArray[np.int64],
    adds: Floats | None = None,
) -> FusedHead:
    """A head with a hidden layer, not mixed with the first reader yet.

    Args:
        labels: all labels of the head.
        vectors: centred embeddings, `(texts, 384)`.
        wanted: what they are, as places among the outputs, three or more; each output is among them.
        adds: which label each output counts to, `(outputs, labels)`; without it the outputs are the labels.
    """
    scale = 1 / float(vectors.std())
    fits = [_fit(vectors * scale, wanted, seed) for seed in range(NETWORKS)]
    hidden = Hidden(
        np.hstack([one.coefs_[0] * scale for one in fits]).astype(np.float32),
        np.concatenate([one.intercepts_[0] for one in fits]).astype(np.float32),
    )
    coefficients = np.vstack([one.coefs_[1] / NETWORKS for one in fits]).astype(np.float32)
    bias = np.stack([one.intercepts_[1] / NETWORKS for one in fits]).sum(axis=0).astype(np.float32)
    return unmixed(name, labels, coefficients, bias, hidden, adds)


def _fit(vectors: Floats, wanted: npt.NDArray[np.int64], seed: int) -> MLPClassifier:
    """`tol` keeps it from stopping early: after so many rounds it has learnt what it should and no more."""
    fit = MLPClassifier(
        (UNITS,),
        alpha=REGULARISATION,
        batch_size=BATCH,
        max_iter=ROUNDS,
        tol=0.0,
        n_iter_no_change=ROUNDS,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping there is what is wanted
        return fit.fit(vectors, wanted)
