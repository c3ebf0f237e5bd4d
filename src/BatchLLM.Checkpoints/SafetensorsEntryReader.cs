using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>Reads one tensor of a safetensors header: <c>{"dtype": …, "shape": […], "data_offsets": [begin, end]}</c>.</summary>
internal static class SafetensorsEntryReader
{
    /// <summary>Reads the tensor, or adds one problem and returns null.</summary>
    public static TensorEntry? Read(string file, JsonProperty property, long dataStart, ICollection<string> problems)
    {
        var fault = TryRead(property, dataStart, out var entry);
        if (fault is not null)
        {
            problems.Add($"{file}: tensor '{property.Name}' {fault}. Download the file again or export the model anew.");
        }

        return entry;
    }

    private static string? TryRead(JsonProperty property, long dataStart, out TensorEntry? entry)
    {
        entry = null;
        if (FindFields(property.Value, out var dtype, out var shape, out var offsets) is { } fault)
        {
            return fault;
        }

        if (!TensorTypes.TryParse(dtype, out var type))
        {
            return $"has dtype '{dtype}'; expected a safetensors type such as BF16, F16 or F32";
        }

        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
        {
            return $"has data_offsets [{string.Join(", ", offsets)}]; expected [begin, end] with begin <= end";
        }

        if (ByteCount(type, shape) is not { } bytes || bytes != offsets[1] - offsets[0])
        {
            return $"of type {dtype} and shape [{string.Join(", ", shape)}] has {offsets[1] - offsets[0]} bytes of data; " +
                $"expected {ByteCount(type, shape)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "a size below 2^63"}";
        }

        entry = new TensorEntry(property.Name, type, shape, dataStart + offsets[0], bytes);
        return null;
    }

    private static string? FindFields(JsonElement value, out string dtype, out long[] shape, out long[] offsets)
    {
        (dtype, shape, offsets) = ("", [], []);
        if (value.ValueKind != JsonValueKind.Object)
        {
            return $"is a JSON {value.ValueKind}; expected an object";
        }

        if (value.EnumerateObject().CountBy(p => p.Name).FirstOrDefault(c => c.Value > 1).Key is { } twice)
        {
            return $"has the field '{twice}' twice; expected once";
        }

        if (!value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String)
        {
            return "has no dtype";
        }

        dtype = type.GetString()!;
        return ReadNumbers(value, "shape", out shape) ?? ReadNumbers(value, "data_offsets", out offsets);
    }

    private static string? ReadNumbers(JsonElement value, string field, out long[] numbers)
    {
        numbers = [];
        if (!value.TryGetProperty(field, out var array) || array.ValueKind != JsonValueKind.Array)
        {
            return $"has no {field}";
        }

        var read = new List<long>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return $"has {field} {array.GetRawText()}; expected integers of 0 or more";
            }

            read.Add(number);
        }

        numbers = [.. read];
        return null;
    }

    private static long? ByteCount(TensorType type, long[] shape)
    {
        var count = (UInt128)(ulong)type.Size();
        foreach (var size in shape)
        {
            // Two factors below 2^63 fit 128 bits, and the early return keeps the product below that.
            count *= (ulong)size;
            if (count > long.MaxValue)
            {
                return null;
            }
        }

        return (long)count;
    }
}
