using System.Diagnostics;
using BatchLLM.Blobs.Files;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs;

/// <summary>
/// A real file system of 64 KiB. Mounting one needs root; without it, only the fast test over /dev/full stands.
/// </summary>
public sealed class FullDeviceTests : IDisposable
{
    private readonly string _mountPoint = Directory.CreateTempSubdirectory("batchllm-full-").FullName;
    private readonly bool _isMounted;

    public FullDeviceTests() => _isMounted = Environment.IsPrivilegedProcess
        && Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", _mountPoint);

    public void Dispose()
    {
        if (_isMounted)
        {
            Run("umount", _mountPoint);
        }

        Directory.Delete(_mountPoint);
    }

    [Fact]
    public async Task A_full_device_fails_the_write_in_a_sentence_and_keeps_what_stood()
    {
        Assert.SkipUnless(_isMounted, "Mounting a file system needs root.");
        var store = new FileBlobStore();
        var uri = $"file://{_mountPoint}/part-0.jsonl";
        await store.WriteAsync(uri, (stream, token) => WriteAsync(stream, 1000, token), CancellationToken.None);

        var e = await Assert.ThrowsAsync<BatchLLMException>(() => store.WriteAsync(
            uri, (stream, token) => WriteAsync(stream, 1_000_000, token), CancellationToken.None));
        Assert.Equal(
            $"No room left on the device holding {_mountPoint}/part-0.jsonl; " +
            "free some space, then run `batchllm resume`.",
            e.Message);
        Assert.Equal(new BlobFailure(BlobFault.NoRoom, "part-0.jsonl"), e.Blob);
        Assert.Equal([$"{_mountPoint}/part-0.jsonl"], Directory.GetFileSystemEntries(_mountPoint));
        Assert.Equal(1000, new FileInfo($"{_mountPoint}/part-0.jsonl").Length);
    }

    [Fact]
    public async Task A_read_only_device_is_named()
    {
        Assert.SkipUnless(_isMounted, "Mounting a file system needs root.");
        Assert.True(Run("mount", "-o", "remount,ro", _mountPoint));
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => new FileBlobStore().WriteAsync(
            $"file://{_mountPoint}/a", (stream, token) => WriteAsync(stream, 10, token), CancellationToken.None));
        Assert.Equal(
            $"Cannot write {_mountPoint}/a: the file system is read-only; choose another place.", e.Message);
    }

    private static async Task WriteAsync(Stream stream, int bytes, CancellationToken cancellationToken)
    {
        for (var written = 0; written < bytes; written += 1000)
        {
            await stream.WriteAsync(new byte[Math.Min(1000, bytes - written)], cancellationToken);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
