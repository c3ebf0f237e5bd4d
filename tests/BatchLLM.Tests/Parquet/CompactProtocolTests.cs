using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Thrift;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>
/// The Thrift compact protocol: what is written is read, the unknown is skipped, the hostile is refused.
/// </summary>
public sealed class CompactProtocolTests
{
    [Fact]
    public void A_structure_is_read_back_with_unknown_fields_skipped()
    {
        var writer = new CompactWriter();
        writer.BeginStruct();
        writer.WriteInt32(1, 2);
        writer.WriteInt64(3, long.MinValue);
        writer.WriteString(4, "name");
        writer.WriteBoolean(20, true);
        writer.BeginList(21, CompactType.Struct, 1);
        WriteNested(writer);
        writer.WriteInt8(300, -3);
        writer.EndStruct();

        var reader = new CompactReader(writer.Written.Span);
        var fields = new Dictionary<short, object>();
        reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    fields[id] = reader.ReadInt32();
                    break;
                case 3:
                    fields[id] = reader.ReadInt64();
                    break;
                case 4:
                    fields[id] = reader.ReadString();
                    break;
                case 300:
                    fields[id] = reader.ReadInt64();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Assert.True(reader.IsGood);
        Assert.Equal(writer.Written.Length, reader.Position);
        Assert.Equal(
            new Dictionary<short, object> { [1] = 2, [3] = long.MinValue, [4] = "name", [300] = -3L }, fields);
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        var writer = new CompactWriter();
        writer.BeginStruct();
        writer.BeginList(2, CompactType.Struct, 1);
        new SchemaElement("root").Write(writer);
        writer.WriteString(6, "a program");
        writer.EndStruct();

        for (var length = 0; length < writer.Written.Length; length++)
        {
            var reader = new CompactReader(writer.Written.Span[..length]);
            FileMetadata.Read(ref reader);
            Assert.Equal(CompactFailure.Truncated, reader.Failure);
        }
    }

    [Fact]
    public void Depth_is_limited()
    {
        // An unknown field of type structure, again and again.
        byte[] data = [.. Enumerable.Repeat((byte)0x1C, 100_000)];
        var reader = new CompactReader(data);

        FileMetadata.Read(ref reader);

        Assert.Equal(CompactFailure.TooDeep, reader.Failure);
    }

    [Fact]
    public void Lists_of_lists_are_limited_too()
    {
        byte[] data = [0xF9, .. Enumerable.Repeat((byte)0x19, 100_000)];
        var reader = new CompactReader(data);

        FileMetadata.Read(ref reader);

        Assert.False(reader.IsGood);
    }

    [Theory]
    [InlineData(new byte[] { 0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, nameof(CompactFailure.Truncated))]
    [InlineData(new byte[] { 0x68, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, nameof(CompactFailure.Truncated))]
    [InlineData(new byte[] { 0x65, 0x02, 0x00 }, nameof(CompactFailure.Malformed))]
    [InlineData(new byte[] { 0x1E }, nameof(CompactFailure.Malformed))]
    [InlineData(
        new byte[] { 0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
        nameof(CompactFailure.Malformed))]
    public void A_hostile_footer_is_refused(byte[] data, string failure)
    {
        var reader = new CompactReader(data);

        FileMetadata.Read(ref reader);

        Assert.Equal(failure, reader.Failure.ToString());
    }

    private static void WriteNested(CompactWriter writer)
    {
        writer.BeginStruct();
        writer.BeginStruct(1);
        writer.BeginList(7, CompactType.Binary, 20);
        for (var i = 0; i < 20; i++)
        {
            writer.WriteElement($"element {i}");
        }

        writer.EndStruct();
        writer.WriteInt64(40, 5);
        writer.EndStruct();
    }
}
