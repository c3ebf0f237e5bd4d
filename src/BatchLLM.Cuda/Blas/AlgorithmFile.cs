using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>
/// Algorithms that were chosen on a GPU by one version of the library, kept from run to run. Nothing hangs on the file: a line
/// that cannot be read is chosen anew, and what cannot be written is chosen again by the next run.
/// </summary>
/// <param name="path">A file of lines: rows, columns, depth, input, output, bits, algorithm.</param>
internal sealed class AlgorithmFile(string path)
{
    private const int FieldCount = 7;

    /// <summary>Where it lies.</summary>
    /// <param name="directory">The cache directory.</param>
    /// <param name="gpu">Name of the GPU.</param>
    /// <param name="version">Of the library: to another one the bytes mean nothing.</param>
    public static string PathOf(string directory, string gpu, nuint version) => Path.Combine(
        directory, $"products-{string.Concat(gpu.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}-{version}.txt");

    /// <summary>Reads what was kept.</summary>
    public Dictionary<ProductShape, TimedCandidate> Read()
    {
        try
        {
            return File.ReadLines(path).Select(Parse).OfType<(ProductShape Shape, TimedCandidate Choice)>()
                .GroupBy(line => line.Shape).ToDictionary(group => group.Key, group => group.Last().Choice);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Keeps choices, whole or not at all.</summary>
    public void Write(IReadOnlyDictionary<ProductShape, TimedCandidate> choices)
    {
        var draft = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllLines(draft, choices.Select(pair => Line(pair.Key, pair.Value)));
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As said above.
        }
    }

    /// <summary>An algorithm's bytes in hexadecimal, by which it is told from others.</summary>
    public static string Text(Algorithm algorithm) => Convert.ToHexStringLower(Bytes(ref algorithm));

    private static string Line(ProductShape shape, TimedCandidate choice) => string.Create(
        CultureInfo.InvariantCulture,
        $"{shape.Rows} {shape.Columns} {shape.Depth} {shape.InputType} {shape.OutputType} {choice.Bits} {Text(choice.Algorithm)}");

    private static (ProductShape Shape, TimedCandidate Choice)? Parse(string line)
    {
        var fields = line.Split(' ');
        if (fields.Length != FieldCount || !Numbers(fields, out var rows, out var columns, out var depth)
            || !Enum.TryParse<ElementType>(fields[3], out var input) || !Enum.TryParse<ElementType>(fields[4], out var output)
            || fields[6].Length != 2 * Algorithm.Length || !fields[6].All(char.IsAsciiHexDigit))
        {
            return null;
        }

        Algorithm algorithm = default;
        Convert.FromHexString(fields[6]).CopyTo(Bytes(ref algorithm));
        return (new ProductShape(rows, columns, depth, input, output), new TimedCandidate(algorithm, 0, fields[5]));
    }

    private static bool Numbers(string[] fields, out int rows, out int columns, out int depth)
    {
        (columns, depth) = (0, 0);
        return int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out rows)
            && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out columns)
            && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out depth);
    }

    private static Span<byte> Bytes(ref Algorithm algorithm) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<Algorithm, byte>(ref algorithm), Algorithm.Length);
}
