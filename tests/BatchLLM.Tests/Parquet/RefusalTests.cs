using BatchLLM.Parquet;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>What cannot be read is refused with one exception type that says what was found.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string> Bad => [.. ParquetFiles.In("apache/bad", "*.parquet")];

    [Theory]
    [InlineData("encrypt_columns_plaintext_footer.parquet.encrypted", "float_field", "encryption")]
    [InlineData("large_string_map.brotli.parquet", "arr", "a page of more than 1 GiB")]
    public async Task A_feature_is_refused_by_its_name(string name, string column, string feature)
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("apache/refused/" + name), name);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync([column]));

        Assert.True(refusal.IsUnsupported);
        Assert.StartsWith($"{name}: column '{column}", refusal.Message);
        Assert.Contains(feature, refusal.Message);
    }

    [Theory]
    [InlineData("nested_maps.snappy.parquet", "a.key_value", "'a.key_value' is inside the map 'a', which is read as a whole")]
    [InlineData("nested_lists.snappy.parquet", "a.list", "is inside the list 'a', which is read as a whole: ask for it.")]
    [InlineData("nested_lists.snappy.parquet", "b.c", "there is no column 'b.c'; the columns are 'a', 'b'.")]
    public async Task A_path_into_a_list_is_told_from_one_that_does_not_exist(string name, string path, string found)
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("apache/" + name), name);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync([path]));

        Assert.Contains(found, refusal.Message);
    }

    [Theory]
    [InlineData("encrypt_columns_and_footer")]
    [InlineData("encrypt_columns_and_footer_aad")]
    [InlineData("encrypt_columns_and_footer_bloom_filter")]
    [InlineData("encrypt_columns_and_footer_ctr")]
    [InlineData("encrypt_columns_and_footer_disable_aad_storage")]
    [InlineData("external_key_material_java")]
    [InlineData("uniform_encryption")]
    public async Task An_encrypted_footer_is_refused_by_name(string name)
    {
        var bytes = ParquetFiles.Bytes($"apache/refused/{name}.parquet.encrypted");

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => ParquetFiles.OpenAsync(bytes, "secret.parquet"));

        Assert.True(refusal.IsUnsupported);
        Assert.Contains("secret.parquet: the footer is encrypted (PARE)", refusal.Message);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_damaged_file_is_refused(string name)
    {
        var bytes = ParquetFiles.Bytes(name);

        var outcome = await Record.ExceptionAsync(async () =>
        {
            var reader = await ParquetFiles.OpenAsync(bytes, name);
            foreach (var field in reader.Schema.Fields)
            {
                await reader.ReadTextAsync([field.Name]);
            }
        });

        var refusal = Assert.IsType<ParquetException>(outcome);
        Assert.StartsWith(name, refusal.Message);
    }

    [Theory]
    [InlineData("", "has 0 bytes; expected at least 12")]
    [InlineData("PAR1PAR1", "has 8 bytes")]
    [InlineData("{\"prompt\": \"not Parquet\"}\n", "the last 4 bytes are 0x7422")]
    [InlineData("PAR1aaaaaaaaaaaaaaaatext", "the last 4 bytes are 'text'; expected PAR1")]
    [InlineData("PAR1\u007f\u007f\u007f\u007fPAR1", "the footer claims 2139062143 bytes; the file has 12")]
    [InlineData("PAR1\0\0\0\0\u0004\0\0\0PAR1", "the schema has no root")]
    public async Task A_file_that_is_not_Parquet_is_told_from_its_end(string content, string found)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(content);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => ParquetFiles.OpenAsync(bytes, "a.parquet"));

        Assert.StartsWith("a.parquet: ", refusal.Message);
        Assert.Contains(found, refusal.Message);
        Assert.False(refusal.IsUnsupported);
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_refused()
    {
        var bytes = ParquetFiles.Bytes("apache/alltypes_plain.snappy.parquet");

        for (var length = 0; length < bytes.Length; length++)
        {
            await Assert.ThrowsAsync<ParquetException>(() => ParquetFiles.OpenAsync(bytes[..length]));
        }
    }

    [Fact]
    public async Task A_missing_column_is_told_with_those_that_exist()
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("duckdb/all_null.parquet"), "data.parquet");

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(["prompt"]));

        Assert.Equal("data.parquet: there is no column 'prompt'; the columns are 'text', 'number'.", refusal.Message);
    }
}
