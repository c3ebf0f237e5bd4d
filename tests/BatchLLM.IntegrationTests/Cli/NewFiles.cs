using System.Threading.Channels;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Says when files are made in a folder and below, from when it is made itself.</summary>
internal sealed class NewFiles : IDisposable
{
    private readonly Channel<string?> _made = Channel.CreateUnbounded<string?>();
    private readonly FileSystemWatcher _watcher;

    public NewFiles(string folder)
    {
        _watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true };
        _watcher.Created += (_, file) => _made.Writer.TryWrite(file.Name);
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Waits for so many; without end if there are fewer.</summary>
    public async Task NextAsync(int count)
    {
        for (var file = 0; file < count; file++)
        {
            await _made.Reader.ReadAsync();
        }
    }

    public void Dispose() => _watcher.Dispose();
}
