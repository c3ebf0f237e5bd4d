using System.Security.Cryptography;
using BatchLLM.Blobs.Files;
using BatchLLM.Incremental;
using BatchLLM.Jobs;
using BatchLLM.Retention;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Retention;

/// <summary>Removing exactly what a job wrote.</summary>
public sealed class ResultFilesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FileBlobStore _blobs = new();

    private RemovedResults? _remembered;

    private OutputLayout Layout => new($"{_folder.Uri}/out", JobId: 7, DataFormat.Jsonl);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_the_receipt_names_goes_and_all_else_stays()
    {
        var files = await PublishAsync();
        foreach (var name in (string[])["notes.txt", "part-000009.jsonl", "_part-000009.hashes", "preflight.json", "deep/part-000000.jsonl"])
        {
            await WriteAsync(name, "somebody's");
        }

        var removed = await files.RemoveAsync(Remember, Token);

        Assert.Equal((8, true, null), (removed.Files, removed.WasThere, removed.Note));
        Assert.Equal(["_part-000009.hashes", "deep/part-000000.jsonl", "notes.txt", "part-000009.jsonl", "preflight.json"], Names());
    }

    [Fact]
    public async Task What_is_not_what_the_job_wrote_is_left_and_named()
    {
        var files = await PublishAsync();
        await WriteAsync("part-000000.jsonl", "PART 0\n"); // as long as it was
        await WriteAsync("part-000001.jsonl", "longer than it was\n");
        await WriteAsync("_part-000002.hashes", "no hashes");

        var removed = await files.RemoveAsync(Remember, Token);

        Assert.Equal(["_part-000002.hashes", "part-000000.jsonl", "part-000001.jsonl"], removed.Left);
        Assert.Equal(
            "3 files were left, because they are not what the job wrote: _part-000002.hashes, part-000000.jsonl, part-000001.jsonl", removed.Note);
        Assert.Equal(removed.Left, Names());
        Assert.Same(removed, _remembered);
    }

    [Fact]
    public async Task A_link_is_left_and_what_it_leads_to()
    {
        var files = await PublishAsync();
        var (part, moved) = (Path.Combine(_folder.Path, "out", "part-000000.jsonl"), _folder.File("moved.jsonl"));
        File.Move(part, moved);
        File.CreateSymbolicLink(part, moved);

        var removed = await files.RemoveAsync(Remember, Token);

        Assert.Equal(["part-000000.jsonl"], removed.Left);
        Assert.Equal("part 0\n", await File.ReadAllTextAsync(moved, Token));
    }

    [Fact]
    public async Task Files_that_are_gone_already_are_no_matter()
    {
        var files = await PublishAsync();
        File.Delete(Path.Combine(_folder.Path, "out", "part-000001.jsonl"));

        var removed = await files.RemoveAsync(Remember, Token);

        Assert.Equal((7, null), (removed.Files, removed.Note));
        Assert.Empty(Names());
    }

    [Fact]
    public async Task Of_another_receipt_nothing_is_believed()
    {
        var files = await PublishAsync();
        await WriteAsync("../precious.txt", "precious");
        var hostile = Receipt([new ReceiptFile("../precious.txt", 8, Sha256("precious")), new ReceiptFile("part-000000.jsonl", 7, Sha256("part 0\n"))]);
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "out", "receipt.json"), ReceiptBuilder.Serialize(hostile), Token);

        var removed = await files.RemoveAsync(Remember, Token);

        Assert.Equal((0, false), (removed.Files, removed.WasThere));
        Assert.Contains("receipt did not stand there", removed.Note, StringComparison.Ordinal);
        Assert.Equal(8, Names().Count);
        Assert.True(File.Exists(_folder.File("precious.txt")));
    }

    [Fact]
    public async Task A_receipt_that_names_files_elsewhere_removes_none_of_them()
    {
        await WriteAsync("../precious.txt", "precious");
        var receipt = ReceiptBuilder.Serialize(Receipt([new ReceiptFile("../precious.txt", 8, Sha256("precious"))]));
        await WriteAsync("receipt.json", System.Text.Encoding.UTF8.GetString(receipt));

        var removed = await Files(receipt).RemoveAsync(Remember, Token);

        Assert.Equal((1, true), (removed.Files, removed.WasThere));
        Assert.True(File.Exists(_folder.File("precious.txt")));
    }

    [Fact]
    public async Task One_that_dies_in_the_middle_never_leaves_an_output_that_looks_whole_and_the_next_goes_on()
    {
        var receipt = await PublishReceiptAsync();
        var dying = new ResultFiles(_blobs, Layout, Sha256(receipt), _ => throw new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => dying.RemoveAsync(Remember, Token));
        Assert.DoesNotContain("receipt.json", Names());
        Assert.Contains("_former-receipt.json", Names());

        var removed = await Files(receipt).RemoveAsync(Remember, Token);

        Assert.True(removed.WasThere);
        Assert.Empty(Names());
        Assert.False((await Files(receipt).RemoveAsync(Remember, Token)).WasThere);
    }

    [Fact]
    public async Task A_receipt_that_was_copied_and_not_yet_moved_is_removed_by_both_names()
    {
        var files = await PublishAsync();
        File.Copy(Path.Combine(_folder.Path, "out", "receipt.json"), Path.Combine(_folder.Path, "out", "_former-receipt.json"));

        await files.RemoveAsync(Remember, Token);

        Assert.Empty(Names());
    }

    private Task Remember(RemovedResults removed)
    {
        Assert.Contains("_former-receipt.json", Names());
        _remembered = removed;
        return Task.CompletedTask;
    }

    private async Task<ResultFiles> PublishAsync() => Files(await PublishReceiptAsync());

    private ResultFiles Files(byte[] receipt) => new(_blobs, Layout, Sha256(receipt), _ => { });

    private async Task<byte[]> PublishReceiptAsync()
    {
        var parts = new List<ReceiptFile>();
        for (var index = 0; index < 3; index++)
        {
            var (name, content) = ($"part-00000{index}.jsonl", $"part {index}\n");
            await WriteAsync(name, content);
            parts.Add(new ReceiptFile(name, content.Length, Sha256(content)));
            await RowHashes.WriteAsync(_blobs, Layout.File(OutputLayout.HashesName(name)), new BlobDigest(content.Length, Sha256(content)), [], Token);
        }

        await WriteAsync("errors.jsonl", "error\n");
        var receipt = ReceiptBuilder.Serialize(Receipt(parts) with { RowHashes = true, Errors = new ReceiptFile("errors.jsonl", 6, Sha256("error\n")) });
        await _blobs.WriteAsync(Layout.Receipt, (stream, token) => stream.WriteAsync(receipt, token).AsTask(), Token);
        return receipt;
    }

    private static Receipt Receipt(IEnumerable<ReceiptFile> parts) => new()
    {
        Job = 7,
        Name = "job",
        Key = "key",
        State = "completed",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Numerics = null,
        KvCache = null,
        Rows = new ReceiptRows(0, 0, 0, 0, 0),
        PromptTokens = 0,
        CompletionTokens = 0,
        Inputs = [],
        Parts = [.. parts.Select(part => new ReceiptPart(part.File, part.Bytes, part.Sha256, "file:///in.jsonl", 1, 0, 0, 0, 0))],
        Errors = null,
    };

    private async Task WriteAsync(string name, string content)
    {
        var path = Path.GetFullPath(name, Path.Combine(_folder.Path, "out"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content, Token);
    }

    private List<string> Names()
    {
        var root = Path.Combine(_folder.Path, "out");
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];
    }

    private static string Sha256(string text) => Sha256(System.Text.Encoding.UTF8.GetBytes(text));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
