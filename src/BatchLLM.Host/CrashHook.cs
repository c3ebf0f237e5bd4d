using System.Diagnostics;
using BatchLLM.Jobs;

namespace BatchLLM.Host;

/// <summary>
/// Lets the tests kill this process in a crash window: with BATCHLLM_TEST_KILL_AT set to a window's name, it sends itself
/// SIGKILL there, so nothing is flushed, disposed or handed back.
/// </summary>
internal static class CrashHook
{
    private static readonly string? KillAt = Environment.GetEnvironmentVariable("BATCHLLM_TEST_KILL_AT");

    /// <summary>Called at each crash window.</summary>
    public static void Reach(CrashWindow window)
    {
        if (KillAt == window.ToString())
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite); // SIGKILL is on its way; do no more.
        }
    }
}
