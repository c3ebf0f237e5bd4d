using System.Net;
using BatchLLM.Host.Service.Access;

namespace BatchLLM.Host.Service;

/// <summary>What the command line of <c>serve</c> says besides the database.</summary>
/// <param name="Listen">Where it listens; port 0 for any that is free.</param>
/// <param name="Roots">What jobs may name.</param>
internal sealed record ServiceSettings(IPEndPoint Listen, JobRoots Roots);
