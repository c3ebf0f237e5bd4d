using BatchLLM.Host.Service.Pages;
using BatchLLM.IntegrationTests.Work;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

public sealed class SparingReaderTests
{
    private readonly ManualTime _time = new();
    private int _reads;

    [Fact]
    public async Task What_took_long_is_read_again_only_after_ten_times_as_long_and_when_it_has_changed()
    {
        var reader = new SparingReader<int, int>(_time);

        Assert.Equal(1, await ReadAsync(reader, version: 1)); // takes a second
        _time.Advance(9);
        Assert.Equal(1, await ReadAsync(reader, version: 2));
        _time.Advance(2);
        Assert.Equal(1, await ReadAsync(reader, version: 1));
        Assert.Equal(2, await ReadAsync(reader, version: 2));
        Assert.Equal(3, await ReadAsync(reader, version: 3, mayBeOld: false));
        _time.Advance(61);
        Assert.Equal(4, await ReadAsync(reader, version: 3));
    }

    private Task<int> ReadAsync(SparingReader<int, int> reader, int version, bool mayBeOld = true) => reader.ReadAsync(
        job: 7, version, mayBeOld, () =>
        {
            _time.Advance(1);
            return Task.FromResult(++_reads);
        });
}
