using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>Takes records whose program or host matches any of some patterns.</summary>
internal sealed class PatternFilter : Filter
{
    private readonly BytePattern[] _patterns;
    private readonly bool _host;

    private PatternFilter(BytePattern[] patterns, bool host)
    {
        _patterns = patterns;
        _host = host;
    }

    public static Filter OnProgram(IEnumerable<BytePattern> patterns) => new PatternFilter([.. patterns], host: false);

    public static Filter OnHost(IEnumerable<BytePattern> patterns) => new PatternFilter([.. patterns], host: true);

    public override bool Takes(in LogRecord record)
    {
        var name = _host ? record.Host : record.Program;
        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(name))
            {
                return true;
            }
        }

        return false;
    }
}
