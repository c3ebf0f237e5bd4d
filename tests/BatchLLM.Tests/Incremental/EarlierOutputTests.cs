using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Incremental;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Incremental;

/// <summary>Output directories as jobs write them, and what a later run finds there.</summary>
public sealed class EarlierOutputTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FileBlobStore _blobs = new();

    private string Uri => $"file://{_folder.Path}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DataFormat.Jsonl, false)]
    [InlineData(DataFormat.Jsonl, true)]
    [InlineData(DataFormat.Parquet, false)]
    [InlineData(DataFormat.Parquet, true)]
    public async Task Good_answers_are_found_by_their_hashes_in_either_format(DataFormat format, bool tokenIds)
    {
        await PublishAsync(await PartAsync(format, 0, tokenIds, Good(1), Good(2)), await PartAsync(format, 1, tokenIds, Failed(), Good(4)));

        using var answers = await ReadAsync(tokenIds);

        foreach (var number in new[] { 1, 2, 4 })
        {
            var found = answers!.Find((UInt128)number)!;
            Assert.Equal(
                ($"answer\n{number} 𝄞", number % 2 == 0 ? FinishReason.Length : FinishReason.Stop, 10 + number),
                (found.Text, found.FinishReason, found.CompletionTokens));
            Assert.Equal(tokenIds ? [number, 7] : [], found.TokenIds);
        }

        Assert.Null(answers!.Find(3));
    }

    [Fact]
    public async Task An_output_without_token_ids_has_no_answers_for_a_job_that_keeps_them()
    {
        await PublishAsync(await PartAsync(DataFormat.Jsonl, 0, tokenIds: false, Good(1)));

        using var answers = await ReadAsync(tokenIds: true);

        Assert.Null(answers!.Find(1));
    }

    [Fact]
    public async Task A_part_that_is_not_the_receipts_is_passed_over_and_so_are_hashes_of_another_part()
    {
        await PublishAsync(
            await PartAsync(DataFormat.Jsonl, 0, tokenIds: false, Good(1)),
            await PartAsync(DataFormat.Jsonl, 1, tokenIds: false, Good(2)),
            await PartAsync(DataFormat.Jsonl, 2, tokenIds: false, Good(3)));
        await File.AppendAllTextAsync(Path.Combine(_folder.Path, "part-000000.jsonl"), "{}\n", Token);
        File.Copy(Path.Combine(_folder.Path, "_part-000002.hashes"), Path.Combine(_folder.Path, "_part-000001.hashes"), overwrite: true);

        using var answers = await ReadAsync(tokenIds: false);

        Assert.Null(answers!.Find(1));
        Assert.Null(answers.Find(2));
        Assert.NotNull(answers.Find(3));
    }

    [Fact]
    public async Task Where_no_run_that_kept_hashes_has_ended_there_are_no_answers()
    {
        Assert.Null(await ReadAsync(tokenIds: false));
        var part = await PartAsync(DataFormat.Jsonl, 0, tokenIds: false, Good(1));
        await WriteReceiptAsync(Receipt([part]) with { RowHashes = false });

        Assert.Null(await ReadAsync(tokenIds: false));
    }

    private Task<EarlierAnswers?> ReadAsync(bool tokenIds) =>
        new EarlierOutput(_blobs, new RowReaders(_blobs).Of, () => new ScratchFile(_folder.Path)).ReadAsync(Uri + "/", tokenIds, Token);

    private async Task<ReceiptPart> PartAsync(DataFormat format, int index, bool tokenIds, params CompletedRow[] rows)
    {
        var layout = new OutputLayout(Uri, 1, format) { HasHashes = true };
        var digest = await _blobs.WriteAsync(
            layout.Part(index),
            async (stream, token) =>
            {
                await using var writer = RowWriters.Create(format, stream, new OutputColumns(["id"], tokenIds));
                foreach (var row in rows)
                {
                    await writer.WriteAsync(row, token);
                }

                await writer.CompleteAsync(token);
            },
            Token);
        await RowHashes.WriteAsync(_blobs, layout.Hashes(index), digest, rows, Token);
        var good = rows.Count(row => row.Error is null);
        return new ReceiptPart(
            Path.GetFileName(layout.Part(index)), digest.Length, digest.Sha256, "in.jsonl", 1, rows.Length, good, 0, rows.Length - good);
    }

    private Task<BlobDigest> PublishAsync(params ReceiptPart[] parts) => WriteReceiptAsync(Receipt(parts));

    private Task<BlobDigest> WriteReceiptAsync(Receipt receipt) => _blobs.WriteAsync(
        $"{Uri}/receipt.json", (stream, token) => stream.WriteAsync(ReceiptBuilder.Serialize(receipt), token).AsTask(), Token);

    private static Receipt Receipt(IReadOnlyList<ReceiptPart> parts) => new()
    {
        Job = 1,
        Name = "j",
        Key = "k",
        State = "completed",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Numerics = null,
        KvCache = null,
        Rows = new ReceiptRows(parts.Sum(part => part.Rows), parts.Sum(part => part.Ok), 0, parts.Sum(part => part.Failed), 0),
        PromptTokens = 1,
        CompletionTokens = 1,
        RowHashes = true,
        Inputs = [],
        Parts = parts,
        Errors = null,
    };

    private static CompletedRow Good(int number) => new(
        new RowLocation("in.jsonl", number, number),
        [KeyValuePair.Create("id", RowValue.FromInteger(number))],
        $"answer\n{number} 𝄞",
        number % 2 == 0 ? FinishReason.Length : FinishReason.Stop,
        5,
        10 + number,
        [number, 7],
        Error: null)
    {
        ContentHash = (UInt128)number,
    };

    private static CompletedRow Failed() => new(
        new RowLocation("in.jsonl", 3, 3), [], null, null, 0, 0, null, new RowError("overlong_prompt", "too long"));
}
