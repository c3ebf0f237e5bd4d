using System.Text;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs.Jsonl;
using Xunit;

namespace BatchLLM.Tests.Blobs.Compression;

public sealed class CompressedTextTests
{
    private static readonly byte[] ThreeRows = "{\"a\":1}\n{\"a\":2}\n{\"a\":\"größe\"}\n"u8.ToArray();

    public static TheoryData<string, int> Seeds => [.. Enumerable.Range(1, 60).SelectMany(seed => new[]
    {
        new TheoryDataRow<string, int>(CompressedTexts.GzipUri, seed),
        new TheoryDataRow<string, int>(CompressedTexts.ZstandardUri, seed),
    })];

    private static byte[] EmptyMember => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public static TheoryData<string> Uris => [CompressedTexts.GzipUri, CompressedTexts.ZstandardUri];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Rows_and_their_places_are_those_of_the_plain_file(string uri, int seed)
    {
        const int MaxLineBytes = 300;
        var random = new Random(seed);
        var plain = RandomJsonl.File(random);
        var file = CompressedTexts.CompressInPieces(uri, plain, random);
        var reader = new JsonlRowReader(new MemoryBlob(file, random.Next(1, 500)), MaxLineBytes);

        var rows = await reader.RowsAsync(uri, random.Next(1, 20));

        Assert.Equal(NaiveJsonl.Describe(plain, MaxLineBytes), rows.Select(NaiveJsonl.Describe));
    }

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task A_text_of_many_buffers_is_whole(string uri)
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, 40_000).Select(i => $"{{\"id\":{i},\"x\":\"{random.NextInt64():x}\"}}\n");
        var reader = new JsonlRowReader(
            new MemoryBlob(CompressedTexts.Compress(uri, Encoding.UTF8.GetBytes(string.Concat(lines)))));

        var rows = await reader.RowsAsync(uri, 10_000);

        Assert.Equal(Enumerable.Range(0, 40_000), rows.Select(row => (int)row.Columns["id"].Integer));
    }

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task A_file_cut_anywhere_is_an_error_and_never_fewer_rows(string uri)
    {
        var whole = CompressedTexts.Compress(uri, ThreeRows);
        for (var length = 1; length < whole.Length; length++)
        {
            var message = await RefusalAsync(uri, whole[..length]);
            Assert.StartsWith($"{uri} is damaged or cut short near byte ", message, StringComparison.Ordinal);
            Assert.Contains($" of {length}, ", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task Bytes_behind_the_end_are_an_error(string uri)
    {
        var whole = CompressedTexts.Compress(uri, ThreeRows);
        foreach (var more in (byte[][])[[0, 1], [.. "garbage"u8], [0x1F], [.. whole[..^1]]])
        {
            Assert.StartsWith($"{uri} is damaged", await RefusalAsync(uri, [.. whole, .. more]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Empty_gzip_members_and_every_part_of_a_head_are_passed_over()
    {
        var empty = EmptyMember;
        byte[] head = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 3, 0, 7, 8, 9, .. "name\0comment\0"u8, 5, 6];
        byte[] member = [.. head, .. CompressedTexts.Gzip(ThreeRows)[10..]];

        for (var bytesPerRead = 1; bytesPerRead < 60; bytesPerRead++)
        {
            var file = new MemoryBlob([.. empty, .. empty, .. member, .. empty], bytesPerRead);
            Assert.Equal(3, (await new JsonlRowReader(file).RowsAsync(CompressedTexts.GzipUri)).Count);
        }
    }

    /// <summary>As gzip reads them: tapes and blocks are filled up so.</summary>
    [Fact]
    public async Task Zeros_behind_the_last_gzip_member_are_passed_over()
    {
        var (member, empty) = (CompressedTexts.Gzip(ThreeRows), EmptyMember);
        foreach (var zeros in new[] { 1, 9, 10, 511, 100_000 })
        {
            foreach (var members in (byte[][])[member, [.. empty, .. member], [.. member, .. empty]])
            {
                var file = new MemoryBlob([.. members, .. new byte[zeros]], bytesPerRead: 1000);
                Assert.Equal(3, (await new JsonlRowReader(file).RowsAsync(CompressedTexts.GzipUri)).Count);
            }

            await RefusalAsync(CompressedTexts.GzipUri, [.. member, .. new byte[zeros], 1]);
            await RefusalAsync(CompressedTexts.GzipUri, [.. member, .. new byte[zeros], .. member]);
            await RefusalAsync(CompressedTexts.GzipUri, new byte[zeros]);
        }
    }

    [Fact]
    public async Task A_gzip_file_with_a_wrong_bit_is_an_error_or_harmless()
    {
        const string Uri = CompressedTexts.GzipUri;
        var whole = CompressedTexts.Compress(Uri, ThreeRows);
        var expected = NaiveJsonl.Describe(ThreeRows, int.MaxValue);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var rows = await TryReadAsync(Uri, damaged);
            Assert.True(rows is null || rows.Select(NaiveJsonl.Describe).SequenceEqual(expected), $"bit {bit}");
        }
    }

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task A_plain_file_under_a_compressed_name_is_an_error(string uri) =>
        Assert.StartsWith($"{uri} is damaged", await RefusalAsync(uri, ThreeRows), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task An_empty_file_has_no_rows(string uri) =>
        Assert.Empty(await new JsonlRowReader(new MemoryBlob([])).RangesAsync(uri));

    [Fact]
    public async Task A_file_compressed_twice_is_refused()
    {
        var twice = CompressedTexts.Gzip(CompressedTexts.Gzip(ThreeRows));
        var message = await RefusalAsync(CompressedTexts.GzipUri, twice);
        Assert.Contains("looks like gzip", message, StringComparison.Ordinal);
    }

    private static async Task<List<Row>?> TryReadAsync(string uri, byte[] file)
    {
        try
        {
            return await new JsonlRowReader(new MemoryBlob(file)).RowsAsync(uri);
        }
        catch (BatchLLMException)
        {
            return null;
        }
    }

    private static async Task<string> RefusalAsync(string uri, byte[] file) =>
        (await Assert.ThrowsAsync<BatchLLMException>(() => new JsonlRowReader(new MemoryBlob(file)).RowsAsync(uri))).Message;
}
