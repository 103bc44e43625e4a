#!/usr/bin/env python3
"""Turns a Whisper model stored for CTranslate2 into the file whisper.cpp reads.

Takes:  a folder with model.bin and vocabulary.txt (or vocabulary.json).
Gives:  one ggml file, the same bytes on every machine, so that its checksum can be pinned.
Fails:  with one line on stderr, when the folder holds something else than a Whisper model.

    ct2_to_ggml.py MODEL_DIR OUT.bin [--type f16|f32|q8_0]

Needs numpy and nothing else. The order of the fields is that of whisper.cpp's
models/convert-pt-to-ggml.py; the quantised blocks are those of ggml's reference code.
"""

import argparse
import json
import os
import struct
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np

GGML_MAGIC = 0x67676D6C  # "ggml"
# How CTranslate2 numbers its data types.
CT2_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
# name: (ggml tensor type, ggml file type). 2000 marks version 2 of the quantised layout.
GGML_TYPES = {"f32": (0, 0), "f16": (1, 1), "q8_0": (8, 2007)}
# whisper.cpp reads these as f32, whatever the file type says.
STAYS_F32 = {"encoder.conv1.bias", "encoder.conv2.bias", "encoder.positional_embedding", "decoder.positional_embedding"}
Q8_BLOCK = 32  # numbers that share one scale


# ------------------------------------------------------------------ CTranslate2, read


class Reader:
    """Little-endian fields, one after the other."""

    def __init__(self, file):
        self.file = file

    def bytes(self, count):
        data = self.file.read(count)
        if len(data) != count:
            sys.exit("model.bin ends too early: the download is incomplete")
        return data

    def numbers(self, layout):
        layout = "<" + layout
        return struct.unpack(layout, self.bytes(struct.calcsize(layout)))

    def text(self):
        (length,) = self.numbers("H")  # counts the closing NUL
        return self.bytes(length)[:-1].decode("utf-8")


def read_ct2(path):
    """All tensors of a CTranslate2 model.bin by name (binary versions 4 to 6)."""
    with open(path, "rb") as file:
        reader = Reader(file)
        (version,) = reader.numbers("I")
        if version < 4:
            sys.exit(f"model.bin has CTranslate2 version {version}, 4 or newer is needed")
        kind = reader.text()
        reader.numbers("I")  # revision of the specification, nothing depends on it
        if kind != "WhisperSpec":
            sys.exit(f"model.bin holds a {kind}, not a Whisper model")
        tensors = {}
        for _ in range(reader.numbers("I")[0]):
            name, tensor = read_tensor(reader)
            tensors[name] = tensor
        for _ in range(reader.numbers("I")[0]):
            alias, target = reader.text(), reader.text()
            tensors[alias] = tensors[target]
    return unscale(tensors)


def read_tensor(reader):
    name = reader.text()
    (rank,) = reader.numbers("B")
    shape = reader.numbers(f"{rank}I")
    number_type, size = reader.numbers("BI")
    data = reader.bytes(size)
    if number_type not in CT2_TYPES:
        sys.exit(f"{name} has the unknown CTranslate2 data type {number_type}")
    return name, np.frombuffer(data, CT2_TYPES[number_type]).reshape(shape)


def unscale(tensors):
    """int8 weights are stored with one scale per row, which they have to be divided by."""
    for name in [n for n in tensors if n.endswith("_scale")]:
        weight = name.removesuffix("_scale")
        if weight in tensors and tensors[weight].dtype == np.int8:
            scale = tensors[name].astype(np.float32).reshape(-1, 1)
            tensors[weight] = tensors[weight].astype(np.float32) / scale
    return tensors


# ------------------------------------------------------------------ names, old to new


def renamed(ct2):
    """Yields (whisper.cpp's name, tensor) for every tensor whisper.cpp asks for."""
    yield "encoder.positional_embedding", ct2["encoder/position_encodings/encodings"]
    yield from affine(ct2, "encoder/conv1", "encoder.conv1")
    yield from affine(ct2, "encoder/conv2", "encoder.conv2")
    yield from norm(ct2, "encoder/layer_norm", "encoder.ln_post")
    yield "decoder.positional_embedding", ct2["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", ct2["decoder/embeddings/weight"]
    yield from norm(ct2, "decoder/layer_norm", "decoder.ln")
    for side in ("encoder", "decoder"):
        for index in range(layers(ct2, side)):
            yield from block(ct2, f"{side}/layer_{index}", f"{side}.blocks.{index}", side == "decoder")


def block(ct2, old, new, listens):
    """One transformer layer; the decoder's also listen to the encoder."""
    yield from norm(ct2, f"{old}/self_attention/layer_norm", f"{new}.attn_ln")
    yield from self_attention(ct2, f"{old}/self_attention", f"{new}.attn")
    if listens:
        yield from norm(ct2, f"{old}/attention/layer_norm", f"{new}.cross_attn_ln")
        yield from cross_attention(ct2, f"{old}/attention", f"{new}.cross_attn")
    yield from norm(ct2, f"{old}/ffn/layer_norm", f"{new}.mlp_ln")
    yield from affine(ct2, f"{old}/ffn/linear_0", f"{new}.mlp.0")
    yield from affine(ct2, f"{old}/ffn/linear_1", f"{new}.mlp.2")


def affine(ct2, old, new):
    yield f"{new}.weight", ct2[f"{old}/weight"]
    yield f"{new}.bias", ct2[f"{old}/bias"]


def norm(ct2, old, new):
    yield f"{new}.weight", ct2[f"{old}/gamma"]
    yield f"{new}.bias", ct2[f"{old}/beta"]


def self_attention(ct2, old, new):
    """linear_0 stacks query, key and value; linear_1 is the way out."""
    query, key, value = np.split(ct2[f"{old}/linear_0/weight"], 3)
    query_bias, key_bias, value_bias = np.split(ct2[f"{old}/linear_0/bias"], 3)
    yield from attention(new, (query, query_bias), (key, key_bias), (value, value_bias))
    yield from affine(ct2, f"{old}/linear_1", f"{new}.out")


def cross_attention(ct2, old, new):
    """linear_0 is the query, linear_1 stacks key and value; linear_2 is the way out."""
    key, value = np.split(ct2[f"{old}/linear_1/weight"], 2)
    key_bias, value_bias = np.split(ct2[f"{old}/linear_1/bias"], 2)
    query = (ct2[f"{old}/linear_0/weight"], ct2[f"{old}/linear_0/bias"])
    yield from attention(new, query, (key, key_bias), (value, value_bias))
    yield from affine(ct2, f"{old}/linear_2", f"{new}.out")


def attention(new, query, key, value):
    if np.any(key[1] != 0):  # Whisper's keys have no bias, CTranslate2 fills it with zeros
        sys.exit(f"{new}: the keys have a bias, which no Whisper model has")
    yield f"{new}.query.weight", query[0]
    yield f"{new}.query.bias", query[1]
    yield f"{new}.key.weight", key[0]
    yield f"{new}.value.weight", value[0]
    yield f"{new}.value.bias", value[1]


def layers(ct2, side):
    count = 0
    while f"{side}/layer_{count}/ffn/linear_0/weight" in ct2:
        count += 1
    return count


# ------------------------------------------------------------------ mel filters, tokens


def mel_filters(bands, rate=16_000, window=400):
    """The filter bank Whisper was trained with: Slaney's scale, each band of equal area.

    Logarithms are taken in decimal arithmetic: those of the processor differ in the last bit
    between machines, and the finished file would differ with them.
    """
    knee_hz, hz_per_mel = Decimal(1000), Decimal(200) / 3  # straight below, logarithmic above
    knee_mel, growth = knee_hz / hz_per_mel, Decimal("6.4").ln() / 27
    top_mel = knee_mel + (Decimal(rate) / 2 / knee_hz).ln() / growth

    def hz(mel):
        return mel * hz_per_mel if mel < knee_mel else knee_hz * ((mel - knee_mel) * growth).exp()

    edges = np.array([float(hz(top_mel * i / (bands + 1))) for i in range(bands + 2)])
    bins = np.linspace(0, rate / 2, window // 2 + 1)
    slopes = edges[:, None] - bins[None, :]
    widths = np.diff(edges)
    rising, falling = -slopes[:-2] / widths[:-1, None], slopes[2:] / widths[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def printable_to_byte():
    """GPT-2's vocabulary writes every byte as a printable character: the way back."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {chr(byte): byte for byte in printable}
    for place, byte in enumerate(b for b in range(256) if b not in printable):
        table[chr(256 + place)] = byte
    return table


def read_tokens(folder, vocabulary_size):
    """The words as bytes, in order of their number; whisper.cpp makes the special ones itself."""
    lines = folder / "vocabulary.txt"
    if lines.exists():
        words = lines.read_bytes().decode("utf-8").rstrip("\n").split("\n")
    else:
        words = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    end = words.index("<|endoftext|>")
    if end != (50257 if vocabulary_size >= 51865 else 50256):  # multilingual, English only
        sys.exit(f"the vocabulary ends at {end}, which does not fit its {vocabulary_size} tokens")
    table = printable_to_byte()
    return [bytes(table[char] for char in word) for word in words[:end]]


# ------------------------------------------------------------------ ggml, written


def q8_0(tensor):
    """Blocks of an f16 scale and 32 int8."""
    rows = tensor.astype(np.float32).reshape(-1, Q8_BLOCK)
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127
    factor = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
    scaled = rows * factor
    whole = np.trunc(scaled + np.copysign(np.float32(0.5), scaled)).astype(np.int8)  # half away from zero
    return np.concatenate([scale.astype(np.float16).view(np.uint8), whole.view(np.uint8)], axis=1).tobytes()


def encode(name, tensor, kind):
    """(ggml tensor type, bytes) of one tensor."""
    if tensor.ndim < 2 or name in STAYS_F32 or kind == "f32":
        return GGML_TYPES["f32"][0], tensor.astype(np.float32).tobytes()
    if tensor.ndim == 2 and kind == "q8_0":
        return GGML_TYPES["q8_0"][0], q8_0(tensor)
    return GGML_TYPES["f16"][0], tensor.astype(np.float16).tobytes()  # convolutions are never quantised


def header(ct2, kind):
    vocabulary, text_state = ct2["decoder/embeddings/weight"].shape
    audio_state, bands, _ = ct2["encoder/conv1/weight"].shape
    audio_context = ct2["encoder/position_encodings/encodings"].shape[0]
    text_context = ct2["decoder/position_encodings/encodings"].shape[0]
    audio = (audio_context, audio_state, int(ct2["encoder/num_heads"]), layers(ct2, "encoder"))
    text = (text_context, text_state, int(ct2["decoder/num_heads"]), layers(ct2, "decoder"))
    return vocabulary, bands, struct.pack("<12i", GGML_MAGIC, vocabulary, *audio, *text, bands, GGML_TYPES[kind][1])


def convert(folder, target, kind):
    ct2 = read_ct2(folder / "model.bin")
    vocabulary, bands, head = header(ct2, kind)
    filters, tokens = mel_filters(bands), read_tokens(folder, vocabulary)
    unfinished = target.with_name(target.name + ".part")
    with open(unfinished, "wb") as file:
        file.write(head)
        file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        file.write(struct.pack("<i", len(tokens)))
        file.writelines(struct.pack("<i", len(token)) + token for token in tokens)
        for name, tensor in renamed(ct2):
            if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
                tensor = tensor.reshape(-1, 1)  # added to every time step
            tensor_type, data = encode(name, tensor, kind)
            label = name.encode()
            file.write(struct.pack("<3i", tensor.ndim, len(label), tensor_type))
            file.write(struct.pack(f"<{tensor.ndim}i", *reversed(tensor.shape)) + label + data)
    os.replace(unfinished, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model_dir", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--type", choices=sorted(GGML_TYPES), default="q8_0")
    given = parser.parse_args()
    convert(given.model_dir, given.out, given.type)


if __name__ == "__main__":
    main()
