namespace BatchLLM.Preflight;

/// <summary>Prompt tokens at the front of another row's prompt in the same window: what planning can save at most.</summary>
/// <param name="Windows">Windows of the job.</param>
/// <param name="WindowRows">Most ready rows in one.</param>
/// <param name="Tokens">Shared prompt tokens, summed over windows.</param>
/// <param name="Share">Their share of all prompt tokens, 0 to 1.</param>
/// <param name="BlockTokens">The part of them that fills whole KV blocks.</param>
/// <param name="KvBlockTokens">Positions per KV block.</param>
/// <param name="CommonTokens">Tokens that the prompts of all rows begin with.</param>
/// <param name="PlannedTokens">Prompt tokens that the run will not compute: its windows' plans share them, or copy the whole row.</param>
/// <param name="CopiedRows">Rows that will get a copy of an identical row's answer.</param>
public sealed record SharedPrefixReport(
    int Windows, int WindowRows, long Tokens, double Share, long BlockTokens, int KvBlockTokens, int CommonTokens,
    long PlannedTokens, long CopiedRows);
