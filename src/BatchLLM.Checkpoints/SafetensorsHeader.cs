using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>
/// Reads the JSON header of a safetensors file and holds it against the format's rules: every tensor's bytes agree with
/// its type and shape, and all tensors together tile the data exactly.
/// </summary>
/// <remarks>Source: the safetensors README and its reference reader (tensor.rs).</remarks>
internal static class SafetensorsHeader
{
    /// <summary>The reference reader's limit, in bytes.</summary>
    public const long MaxLength = 100_000_000;

    /// <summary>Parses a header.</summary>
    /// <param name="file">Name for messages.</param>
    /// <param name="json">The header's text as it stands in the file.</param>
    /// <param name="dataStart">Where the data begins in the file.</param>
    /// <param name="dataLength">Bytes from there to the file's end.</param>
    /// <param name="problems">Receives one sentence for each broken rule.</param>
    /// <returns>The tensors that are sound by themselves.</returns>
    public static List<TensorEntry> Parse(
        string file, ReadOnlyMemory<byte> json, long dataStart, long dataLength, ICollection<string> problems)
    {
        var entries = new List<TensorEntry>();
        try
        {
            using var document = JsonText.Parse(json);
            ReadEntries(file, document.RootElement, dataStart, entries, problems);
        }
        catch (JsonException e)
        {
            problems.Add($"{file}: the header is not valid JSON ({e.Message}); download the file again.");
            return entries;
        }

        CheckTiling(file, entries, dataStart, dataLength, problems);
        return entries;
    }

    private static void ReadEntries(
        string file, JsonElement root, long dataStart, List<TensorEntry> entries, ICollection<string> problems)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{file}: the header is a JSON {root.ValueKind}; expected an object. Download the file again.");
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                problems.Add($"{file}: tensor '{property.Name}' is named twice in the header; expected once. " +
                    "The file was not written by a safetensors writer: export the model again.");
            }
            else if (property.Name != "__metadata__"
                && SafetensorsEntryReader.Read(file, property, dataStart, problems) is { } entry)
            {
                entries.Add(entry);
            }
        }
    }

    private static void CheckTiling(
        string file, List<TensorEntry> entries, long dataStart, long dataLength, ICollection<string> problems)
    {
        var end = dataStart;
        var previous = "the header";
        foreach (var entry in entries.OrderBy(e => e.Offset).ThenBy(e => e.ByteCount))
        {
            if (entry.Offset != end)
            {
                var fault = entry.Offset < end ? "overlaps" : "leaves unused bytes after";
                problems.Add($"{file}: tensor '{entry.Name}' {fault} {previous}: it begins at data byte " +
                    $"{entry.Offset - dataStart}, expected {end - dataStart}. Download the file again or export the model anew.");
            }

            end = Math.Max(end, entry.Offset + entry.ByteCount);
            previous = $"'{entry.Name}'";
        }

        if (end != dataStart + dataLength)
        {
            problems.Add($"{file}: the header describes {end - dataStart} bytes of data, the file holds {dataLength}: it is " +
                (end > dataStart + dataLength ? "truncated" : "longer than its tensors") + ". Download the file again.");
        }
    }
}
