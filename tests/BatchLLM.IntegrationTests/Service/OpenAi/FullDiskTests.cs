using System.Diagnostics;
using System.Net;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>A service that keeps its files on a real file system of 64 KiB. Mounting one needs root.</summary>
public sealed class FullDiskTests(TestCluster cluster) : ServiceTests(cluster)
{
    [Fact]
    public async Task An_upload_without_room_is_refused_without_the_servers_path_and_takes_none_up()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a file system needs root.");
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", Service.Data);
        try
        {
            using var response = await UploadAsync(200_000);
            var error = await OpenAiRequests.ErrorOfAsync(response, HttpStatusCode.InsufficientStorage);
            Assert.Equal("server_error", error.GetProperty("type").GetString());
            Assert.Equal(
                "The service's storage is full; whoever runs it has to free some space before the request can succeed.",
                error.GetProperty("message").GetString());
            Assert.Contains($"POST /v1/files/: No room left on the device holding {Service.Data}", Service.Log, StringComparison.Ordinal);

            using var small = await UploadAsync(40_000);
            await ServiceHost.JsonOfAsync(small, HttpStatusCode.OK);
        }
        finally
        {
            await RunAsync("umount", Service.Data);
        }
    }

    private async Task<HttpResponseMessage> UploadAsync(int bytes)
    {
        using var file = new ByteArrayContent(new byte[bytes]);
        using var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { file, "file", "requests.jsonl" } };
        return await Service.SendAsync(HttpMethod.Post, "/v1/files", content: form);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
