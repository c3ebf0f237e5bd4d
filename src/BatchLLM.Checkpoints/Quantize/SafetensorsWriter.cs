using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// Writes a safetensors file tensor by tensor, holding none of them whole. Order and padding are those of the reference
/// writer: widest elements first, then by name; the data begins at a multiple of 8.
/// </summary>
/// <remarks>Source: the safetensors README and its reference writer (tensor.rs).</remarks>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes a file and waits until it is on the device.</summary>
    /// <param name="path">Replaced if it is there.</param>
    /// <param name="tensors">Of different names.</param>
    /// <param name="cancellationToken">Stops between tensors; the file is then not whole.</param>
    public static void Write(string path, IReadOnlyList<NewTensor> tensors, CancellationToken cancellationToken)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.Size())
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        WriteHeader(stream, ordered);
        foreach (var tensor in ordered)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteTensor(stream, tensor);
        }

        stream.Flush(flushToDisk: true);
    }

    private static void WriteTensor(FileStream stream, NewTensor tensor)
    {
        var start = stream.Position;
        tensor.WriteTo(stream);
        if (stream.Position - start != tensor.ByteCount)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Tensor '{tensor.Name}' wrote {stream.Position - start} bytes; its shape has {tensor.ByteCount}."));
        }
    }

    private static void WriteHeader(FileStream stream, List<NewTensor> tensors)
    {
        var json = Header(tensors);
        var padded = (json.Length + Alignment - 1) / Alignment * Alignment;
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)padded);
        stream.Write(prefix);
        stream.Write(json);
        stream.Write(Enumerable.Repeat((byte)' ', padded - json.Length).ToArray());
    }

    private static byte[] Header(List<NewTensor> tensors)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            long offset = 0;
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("format", "pt");
            writer.WriteEndObject();
            foreach (var tensor in tensors)
            {
                WriteEntry(writer, tensor, offset);
                offset += tensor.ByteCount;
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter writer, NewTensor tensor, long offset)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.Type.Name());
        WriteNumbers(writer, "shape", tensor.Shape);
        WriteNumbers(writer, "data_offsets", [offset, offset + tensor.ByteCount]);
        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, long[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
