using System.Text;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Tests.Parquet;

/// <summary>A table of random columns and values that is the same for the same seed.</summary>
internal sealed class RandomTable
{
    private static readonly ParquetColumnType[] Types =
    [
        ParquetColumnType.Boolean, ParquetColumnType.Int32, ParquetColumnType.Int64, ParquetColumnType.Float,
        ParquetColumnType.Double, ParquetColumnType.Text, ParquetColumnType.Binary, ParquetColumnType.Date,
        ParquetColumnType.TimestampMicros,
    ];

    private static readonly string[] Words =
        ["", "a", "sehr schön", "日本語", "😀", "the quick brown fox ", "\n", "\"", "0"];

    private readonly Random _random;

    public RandomTable(int seed)
    {
        _random = new Random(seed);
        Columns = [.. Enumerable.Range(0, _random.Next(1, 7)).Select(RandomColumn)];
        var rows = _random.Next(4) == 0 ? _random.Next(3) : _random.Next(3000);
        var repeats = Columns.ConvertAll(_ => _random.Next(3) == 0 ? _random.Next(1, 40) : 0);
        var steady = Columns.ConvertAll(_ => _random.Next(3) == 0);
        for (var row = 0; row < rows; row++)
        {
            Rows.Add([.. Columns.Select((column, i) => repeats[i] > 0 && row >= repeats[i]
                ? Rows[_random.Next(repeats[i])][i]
                : steady[i] ? SteadyValue(column, row) : RandomValue(column))]);
        }

        Options = new ParquetWriterOptions
        {
            Compression = _random.Next(5) is var codec and < 4 ? (ParquetCompression)codec : null,
            PageRows = _random.Next(1, 1500),
            PageBytes = _random.Next(16, 20_000),
            RowGroupRows = _random.Next(1, 2000),
            RowGroupBytes = _random.Next(100, 100_000),
            KeyValueMetadata = [new("seed", $"{seed}"), new("none", null)],
        };
    }

    public List<ParquetColumnSchema> Columns { get; }

    public List<object?[]> Rows { get; } = [];

    public ParquetWriterOptions Options { get; }

    public async Task<byte[]> WriteAsync()
    {
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, Columns, Options);
        foreach (var row in Rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                Append(writer.Columns[i], row[i]);
            }

            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }

    /// <summary>The value in the form in which <see cref="RandomTable"/> holds it.</summary>
    public static object? Value(ParquetColumn column, int row)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        return column.Schema.Type.Kind switch
        {
            ParquetValueKind.Boolean => column.GetBoolean(row),
            ParquetValueKind.Real => column.GetDouble(row),
            ParquetValueKind.Text => Encoding.UTF8.GetString(column.GetBytes(row)),
            ParquetValueKind.Binary => Convert.ToHexString(column.GetBytes(row)),
            _ => column.GetInt64(row),
        };
    }

    private static void Append(ParquetColumnWriter column, object? value)
    {
        switch (value)
        {
            case null:
                column.AppendNull();
                break;
            case bool boolean:
                column.AppendBoolean(boolean);
                break;
            case long integer:
                column.AppendInt64(integer);
                break;
            case double real:
                column.AppendDouble(real);
                break;
            case string text when column.Schema.Type == ParquetColumnType.Text:
                column.AppendText(text);
                break;
            case string hexadecimal:
                column.AppendBytes(Convert.FromHexString(hexadecimal));
                break;
        }
    }

    private ParquetColumnSchema RandomColumn(int index) =>
        new($"column {index}", Types[_random.Next(Types.Length)], IsOptional: _random.Next(3) > 0);

    /// <summary>Ids, counters, clocks and measurements, which some encodings are made for.</summary>
    private object? SteadyValue(ParquetColumnSchema column, int row) => column.Type switch
    {
        _ when column.IsOptional && _random.Next(9) == 0 => null,
        { Kind: ParquetValueKind.Timestamp } => 1_700_000_000_000_000 + (row * 60_000_000L) + _random.Next(1000),
        { Kind: ParquetValueKind.Integer or ParquetValueKind.Date } => 1000L + row,
        { Kind: ParquetValueKind.Real } => (double)(float)(20 + _random.NextDouble()),
        { Kind: ParquetValueKind.Text } => $"tickets/2026/inbox-{row:D9}",
        _ => RandomValue(column),
    };

    private object? RandomValue(ParquetColumnSchema column)
    {
        if (column.IsOptional && _random.Next(4) == 0)
        {
            return null;
        }

        return column.Type switch
        {
            { Physical: ParquetPhysicalType.Boolean } => _random.Next(5) == 0,
            { Kind: ParquetValueKind.Date } => _random.NextInt64(-700_000, 2_900_000),
            { Kind: ParquetValueKind.Timestamp } => _random.NextInt64(-62_000_000_000_000_000, 250_000_000_000_000_000),
            { Physical: ParquetPhysicalType.Int32 } => (long)(int)_random.NextInt64(int.MinValue, 1L << 32),
            { Physical: ParquetPhysicalType.Int64 } => _random.NextInt64(long.MinValue, long.MaxValue),
            { Physical: ParquetPhysicalType.Float } => (double)(_random.NextSingle() * 1e9f),
            { Physical: ParquetPhysicalType.Double } => RandomDouble(),
            { Kind: ParquetValueKind.Text } => RandomText(),
            _ => RandomBytes(),
        };
    }

    private double RandomDouble() => _random.Next(20) switch
    {
        0 => double.NaN,
        1 => double.NegativeInfinity,
        2 => -0.0,
        _ => BitConverter.Int64BitsToDouble(_random.NextInt64()),
    };

    private string RandomText() =>
        string.Concat(Enumerable.Range(0, _random.Next(12)).Select(_ => Words[_random.Next(Words.Length)]));

    private string RandomBytes()
    {
        var bytes = new byte[_random.Next(40)];
        _random.NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }
}
