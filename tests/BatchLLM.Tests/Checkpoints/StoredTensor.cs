using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>A tensor as it stands in a safetensors file.</summary>
/// <param name="Type">Its dtype.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Data">Its bytes.</param>
internal sealed record StoredTensor(string Type, int[] Shape, byte[] Data)
{
    /// <summary>A tensor of float32 values.</summary>
    public static StoredTensor Floats(int[] shape, params float[] values) =>
        new("F32", shape, [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>The tensor with one byte changed.</summary>
    public StoredTensor WithByte(int index, byte value)
    {
        var data = Data.ToArray();
        data[index] = value;
        return this with { Data = data };
    }

    /// <summary>Reads a sound file.</summary>
    public static Dictionary<string, StoredTensor> ReadAll(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var start = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, start - 8))!.AsObject();
        header.Remove("__metadata__");
        return header.ToDictionary(entry => entry.Key, entry => Read(entry.Value!, bytes.AsSpan(start)));
    }

    /// <summary>Writes a sound file.</summary>
    public static void WriteAll(string path, Dictionary<string, StoredTensor> tensors)
    {
        var header = new JsonObject();
        var end = 0;
        foreach (var (name, tensor) in tensors)
        {
            header.Add(name, new JsonObject
            {
                ["dtype"] = tensor.Type,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(n => JsonValue.Create(n))]),
                ["data_offsets"] = new JsonArray(end, end += tensor.Data.Length),
            });
        }

        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. tensors.Values.SelectMany(t => t.Data)]);
    }

    private static StoredTensor Read(JsonNode entry, ReadOnlySpan<byte> data)
    {
        var offsets = entry["data_offsets"]!.AsArray();
        return new StoredTensor(
            (string)entry["dtype"]!,
            [.. entry["shape"]!.AsArray().Select(n => (int)n!)],
            data[(int)offsets[0]!..(int)offsets[1]!].ToArray());
    }
}
