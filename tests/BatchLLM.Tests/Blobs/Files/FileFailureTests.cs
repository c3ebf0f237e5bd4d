using BatchLLM.Blobs.Files;
using Xunit;

namespace BatchLLM.Tests.Blobs.Files;

public sealed class FileFailureTests
{
    public static TheoryData<Exception, string> Causes => new()
    {
        {
            new IOException("", 28),
            "No room left on the device holding /o/a; free some space, then run `batchllm resume`."
        },
        {
            new IOException("", 122),
            "The disk quota for /o/a is used up; free some space, then run `batchllm resume`."
        },
        { new IOException("", 30), "Cannot write /o/a: the file system is read-only; choose another place." },
        { new IOException("", 27), "Cannot write /o/a: the file would be larger than this system allows." },
        { new IOException("", 20), "Cannot write /o/a: a part of this path is a file, not a directory." },
        { new UnauthorizedAccessException(), "Cannot write /o/a: permission denied for this user." },
        { new PathTooLongException(), "Cannot write /o/a: the name is longer than the file system allows." },
        { new IOException("Stale file handle."), "Cannot write /o/a: Stale file handle." },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void Each_cause_has_its_sentence(Exception cause, string sentence)
    {
        var e = FileFailure.Describe(cause, "write", "/o/a");
        Assert.Equal(sentence, e.Message);
        Assert.Same(cause, e.InnerException);
    }
}
