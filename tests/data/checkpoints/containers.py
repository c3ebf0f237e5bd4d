"""Writes safetensors files and ONNX models, from arrays whose element type is named."""
import json
import struct

import numpy as np
import onnx

import number_formats as formats

ONNX_TYPES = {"FLOAT": 1, "UINT8": 2, "INT8": 3, "INT64": 7, "FLOAT16": 10, "UINT4": 21, "INT4": 22}


class Stored:
    """A tensor as it goes to disk: safetensors dtype, shape and bytes."""

    def __init__(self, dtype, shape, data):
        self.dtype, self.shape, self.data = dtype, list(shape), data


def stored_bf16(x):
    return Stored("BF16", x.shape, formats.bf16_bits(x).astype("<u2").tobytes())


def stored(dtype, x):
    """F32, F16, U8, I8, or F8_E4M3 from codes."""
    types = {"F32": "<f4", "F16": "<f2", "U8": "u1", "I8": "i1", "F8_E4M3": "u1"}
    x = np.asarray(x).astype(types[dtype])
    return Stored(dtype, x.shape, x.tobytes())


def write_safetensors(path, tensors):
    header, offset, data = {"__metadata__": {"format": "pt"}}, 0, b""
    for name, t in tensors.items():
        header[name] = {"dtype": t.dtype, "shape": t.shape, "data_offsets": [offset, offset + len(t.data)]}
        offset += len(t.data)
        data += t.data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_shards(folder, tensors, count):
    if count == 1:
        write_safetensors(folder / "model.safetensors", tensors)
        return
    names, weight_map = list(tensors), {}
    for i in range(count):
        part = names[i * len(names) // count:(i + 1) * len(names) // count]
        file = f"model-{i + 1:05d}-of-{count:05d}.safetensors"
        write_safetensors(folder / file, {n: tensors[n] for n in part})
        weight_map.update({n: file for n in part})
    total = sum(len(t.data) for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def pack_nibbles(codes):
    """Pairs along the flattened array, the even element in the low nibble."""
    flat = codes.reshape(-1).astype(np.uint8) & 15
    flat = np.concatenate([flat, np.zeros(len(flat) % 2, np.uint8)])
    return (flat[0::2] | flat[1::2] << 4).astype(np.uint8)


class OnnxWriter:
    """Collects nodes and initializers; large initializers go to model.onnx_data."""

    def __init__(self):
        self.nodes, self.initializers, self.external = [], [], b""

    def node(self, op, name, inputs, outputs=None, domain="", **attributes):
        outputs = outputs or [name + "/output_0"]
        self.nodes.append(onnx.helper.make_node(op, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0]

    def initializer(self, name, kind, shape, raw, inline=False):
        """Debian's onnx knows no 4-bit types: the number of the type and the bytes are set by hand."""
        tensor = onnx.TensorProto()
        tensor.name, tensor.data_type = name, ONNX_TYPES[kind]
        tensor.dims.extend(shape)
        if inline:
            tensor.raw_data = raw
        else:
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in (("location", "model.onnx_data"), ("offset", str(len(self.external))), ("length", str(len(raw)))):
                tensor.external_data.add(key=key, value=value)
            self.external += raw
        self.initializers.append(tensor)
        return name

    def half(self, name, x, shape=None, inline=False):
        x = np.asarray(x).astype("<f2")
        return self.initializer(name, "FLOAT16", shape or x.shape, x.tobytes(), inline)

    def half_as_integers(self, name, x):
        """FP16 bit patterns in int32_data, inline."""
        tensor = onnx.TensorProto()
        tensor.name, tensor.data_type = name, ONNX_TYPES["FLOAT16"]
        tensor.dims.extend(x.shape)
        tensor.int32_data.extend(int(v) for v in x.astype("<f2").view(np.uint16).reshape(-1))
        self.initializers.append(tensor)
        return name

    def write(self, folder, inputs, outputs, opset):
        info = onnx.helper.make_tensor_value_info
        graph = onnx.helper.make_graph(
            self.nodes, "main_graph", [info(*v) for v in inputs], [info(*v) for v in outputs], self.initializers)
        model = onnx.helper.make_model(graph, producer_name="onnxruntime-genai", opset_imports=[
            onnx.helper.make_opsetid("", opset), onnx.helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 9
        (folder / "model.onnx").write_bytes(model.SerializeToString())
        (folder / "model.onnx_data").write_bytes(self.external)


def check_packing():
    """The specification's worked example: q[k, n] = ((3k + 5n) mod 16) - 8."""
    q = np.array([[(3 * k + 5 * n) % 16 - 8 for n in range(2)] for k in range(32)])
    assert pack_nibbles(q)[:8].tobytes().hex() == "d80b3e6194c7fa2d"
    assert pack_nibbles(q.T[0] + 8)[:4].tobytes().hex() == "3096fc52"
