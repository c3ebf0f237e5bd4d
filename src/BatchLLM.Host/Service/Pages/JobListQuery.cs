using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>What the page of jobs is asked for. What cannot be read is left out: a page is not an API.</summary>
/// <param name="State">Only jobs in this state; null for any.</param>
/// <param name="Text">Only jobs with this in their name, or of this number; empty for any.</param>
/// <param name="After">Behind this place; null for the first page.</param>
internal sealed record JobListQuery(JobState? State, string Text, JobPlace? After)
{
    private const int LongestText = 200;

    /// <summary>A request's.</summary>
    public static JobListQuery Of(HttpRequest request)
    {
        var text = request.Query["q"].ToString().Trim();
        return new JobListQuery(
            JobStates.Find(request.Query["state"].ToString()),
            text.Contains('\0') || text.Length > LongestText ? "" : text,
            JobPlace.Find(request.Query["after"]));
    }

    /// <summary>The same as part of an address.</summary>
    public override string ToString()
    {
        var query = QueryString.Empty;
        query = Text.Length > 0 ? query.Add("q", Text) : query;
        query = State is { } state ? query.Add("state", JobStates.Name(state)) : query;
        return (After is { } after ? query.Add("after", after.ToString()) : query).ToString();
    }
}
