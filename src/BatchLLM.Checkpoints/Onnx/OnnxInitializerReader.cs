using System.Buffers.Binary;
using System.Globalization;
using BatchLLM.Checkpoints.Onnx.Proto;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Finds a TensorProto's bytes, in model.onnx or in a file beside it, and holds their number against its shape.</summary>
/// <param name="fileName">Name of the model's file, for messages.</param>
/// <param name="files">The files beside it.</param>
internal sealed class OnnxInitializerReader(string fileName, OnnxDataFiles files)
{
    private const int External = 1;

    // What an array of 8-byte values holds; larger tensors stand in external or raw data in every exporter's files.
    private const int MaxTypedValues = int.MaxValue / 8;

    /// <summary>Reads one tensor's description; its data stay where they are.</summary>
    /// <exception cref="OnnxRefusal">Its type is not a weight's, or its shape and its bytes disagree.</exception>
    public OnnxInitializer Read(TensorProto proto)
    {
        var type = (OnnxType)proto.DataType;
        var bits = type.Bits() ?? throw Refuse(proto, $"has data type {proto.DataType}; expected FLOAT, FLOAT16, BFLOAT16, " +
            "INT4, UINT4 or a byte or integer type");
        var shape = proto.Dims.ToArray();
        var byteCount = ByteCount(proto, shape, bits);
        var (bytes, offset, length) = proto.DataLocation == External ? Locate(proto, byteCount) : Inline(proto, type);
        if (length != byteCount)
        {
            throw Refuse(proto, FormattableString.Invariant(
                $"has {length} bytes; expected {byteCount} for {type} of shape [{string.Join(", ", shape)}]"));
        }

        var dataShape = type.IsNibble() ? [byteCount] : shape;
        return new OnnxInitializer(
            type, shape, bytes, new TensorEntry(proto.Name, type.Stored(), dataShape, offset, byteCount));
    }

    private long ByteCount(TensorProto proto, long[] shape, int bits)
    {
        var elements = UInt128.One;
        foreach (var size in shape)
        {
            elements = size >= 0 ? elements * (ulong)size : UInt128.MaxValue;
            if (elements > long.MaxValue / 64)
            {
                throw Refuse(proto, $"has the shape [{string.Join(", ", shape)}]; expected sizes whose product a file can hold");
            }
        }

        return ((long)elements * bits + 7) / 8;
    }

    private (ITensorBytes Bytes, long Offset, long Length) Locate(TensorProto proto, long byteCount)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in proto.ExternalData)
        {
            fields[entry.Key] = entry.Value;
        }

        var file = files.File(fields.GetValueOrDefault("location", ""), proto.Name);
        var offset = Number(proto, fields, "offset", 0, file.Length);
        var rest = file.Length - offset;
        return (file, offset, Number(proto, fields, "length", Math.Min(byteCount, rest), rest));
    }

    private long Number(TensorProto proto, Dictionary<string, string> fields, string name, long absent, long largest)
    {
        if (!fields.TryGetValue(name, out var text))
        {
            return absent;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest
            ? number
            : throw Refuse(proto, FormattableString.Invariant(
                $"has the external_data {name} '{text}'; expected a number up to {largest}, where its file ends"));
    }

    private (ITensorBytes Bytes, long Offset, long Length) Inline(TensorProto proto, OnnxType type)
    {
        if (Math.Max(proto.Int32Data.Count, Math.Max(proto.Int64Data.Count, proto.FloatData.Count)) > MaxTypedValues)
        {
            throw Refuse(proto, $"has more than {MaxTypedValues} values in the graph itself; expected external data");
        }

        var bytes = proto.HasRawData ? proto.RawData.Memory : Typed(proto, type);
        return (new InlineBytes(fileName, bytes), 0, bytes.Length);
    }

    // Without raw_data, values stand in the field of their type: int32_data holds halves as bit patterns, bytes, and packed
    // pairs of 4-bit codes, one of each per entry.
    private static byte[] Typed(TensorProto proto, OnnxType type) => type switch
    {
        OnnxType.Float => Bytes(proto.FloatData, 4, (target, v) => BinaryPrimitives.WriteSingleLittleEndian(target, v)),
        OnnxType.Int64 => Bytes(proto.Int64Data, 8, (target, v) => BinaryPrimitives.WriteInt64LittleEndian(target, v)),
        OnnxType.Int32 => Bytes(proto.Int32Data, 4, (target, v) => BinaryPrimitives.WriteInt32LittleEndian(target, v)),
        OnnxType.Float16 or OnnxType.BFloat16 =>
            Bytes(proto.Int32Data, 2, (target, v) => BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)v)),
        _ => Bytes(proto.Int32Data, 1, (target, v) => target[0] = (byte)v),
    };

    private static byte[] Bytes<T>(IReadOnlyList<T> values, int size, ValueWriter<T> write)
    {
        var bytes = new byte[(long)values.Count * size];
        for (var i = 0; i < values.Count; i++)
        {
            write(bytes.AsSpan(i * size, size), values[i]);
        }

        return bytes;
    }

    private OnnxRefusal Refuse(TensorProto proto, string fault) =>
        new($"{fileName}: tensor '{proto.Name}' {fault}. The file is damaged or of another kind: download it again.");

    private delegate void ValueWriter<in T>(Span<byte> target, T value);
}
