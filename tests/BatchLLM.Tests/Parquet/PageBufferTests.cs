using BatchLLM.Parquet.Reading;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>What readers leave to each other.</summary>
[Collection(nameof(LargePageTests))]
public sealed class PageBufferTests
{
    private const int Large = 40 << 20;
    private const int Page = 1 << 20;

    [Fact]
    public void Large_arrays_are_used_again_by_the_next_reader_and_then_given_up()
    {
        var buffers = new PageBuffers();
        var (stored, dictionary) = (buffers.Rent(Large), buffers.RentDictionary(Large));
        buffers.Return(stored);
        buffers.ReturnDictionary(dictionary);
        buffers.Dispose();

        var next = PageBuffers.Take();
        var again = new[] { next.Rent(Large), next.Rent(Large) };
        Assert.True(Holds(again, stored) && Holds(again, dictionary));
        Array.ForEach(again, next.Return);
        next.Dispose();
        PageBuffers.Take().Dispose();

        Assert.False(Holds(again, PageBuffers.Take().Rent(Large)));
    }

    [Fact]
    public void Small_pages_do_not_push_out_the_arrays_of_large_ones()
    {
        var buffers = new PageBuffers();
        var (stored, dictionary) = (buffers.Rent(Large), buffers.RentDictionary(Large));
        buffers.Return(stored);
        var pages = Enumerable.Range(0, 4).Select(_ => buffers.Rent(Page)).ToArray();
        Array.ForEach(pages, buffers.Return);
        buffers.ReturnDictionary(dictionary);

        Assert.True(Holds([stored, dictionary], buffers.Rent(Large)));
        Assert.True(Holds([stored, dictionary], buffers.Rent(Large)));
    }

    [Fact]
    public void A_dictionary_takes_no_room_of_pages_that_are_ahead()
    {
        var buffers = new PageBuffers();
        var dictionary = buffers.RentDictionary(Large);

        Assert.True(buffers.HasRoomFor(Page));
        Assert.False(buffers.HasRoomFor(Large));

        buffers.ReturnDictionary(dictionary);
        Assert.True(buffers.IsWhole);
    }

    /// <summary>The array itself, not one that is equal.</summary>
    private static bool Holds(byte[][] arrays, byte[] array) => arrays.Any(other => ReferenceEquals(other, array));
}
