using System.Text;

namespace ActorLog.Testing.Processes;

/// <summary>A configuration for one node of a test; what is not set is left out.</summary>
public sealed record NodeConfig
{
    /// <summary>edge, aggregator, or both with a comma.</summary>
    public required string Role { get; init; }

    /// <summary>The data folder, and the working directory of the process.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The node's name: the host of records of local sources.</summary>
    public string Name { get; init; } = "node";

    /// <summary>The control plane's port.</summary>
    public int HttpPort { get; init; } = FreePort.Next();

    /// <summary>Listen on UDP here.</summary>
    public int? Udp { get; init; }

    /// <summary>Listen on TCP here.</summary>
    public int? Tcp { get; init; }

    /// <summary>Listen for syslog over TLS here, with the server's certificate; needs <see cref="Certificates"/>.</summary>
    public int? Tls { get; init; }

    /// <summary>Listen on a unix datagram socket here.</summary>
    public string? UnixDatagram { get; init; }

    /// <summary>Listen on a unix stream socket here.</summary>
    public string? UnixStream { get; init; }

    /// <summary>Believe the header's host.</summary>
    public bool KeepHostname { get; init; } = true;

    /// <summary>Write the edge's own files below this folder, one per host.</summary>
    public string? LocalFiles { get; init; }

    /// <summary>Only programs that fit this pattern pass.</summary>
    public string? Program { get; init; }

    /// <summary>Forward to the aggregator at this port of <see cref="ForwardHost"/>, or 0 for the one in this process.</summary>
    public int? Forward { get; init; }

    /// <summary>Further aggregators, HOST:PORT, tried after it.</summary>
    public IReadOnlyList<string> ForwardOthers { get; init; } = [];

    /// <summary>The aggregator's name.</summary>
    public string ForwardHost { get; init; } = "localhost";

    /// <summary>An aggregator's port for edges.</summary>
    public int? Gateway { get; init; }

    /// <summary>The address that it listens on.</summary>
    public string GatewayAddress { get; init; } = "127.0.0.1";

    /// <summary>The network that it runs in; null: this machine's.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>An aggregator's folder for files, one per host.</summary>
    public string? AggregatorFiles { get; init; }

    /// <summary>The path of an aggregator's files below that folder.</summary>
    public string AggregatorPath { get; init; } = "{host}.log";

    /// <summary>The folder that <see cref="Processes.Certificates.Make"/> filled.</summary>
    public string? Certificates { get; init; }

    /// <summary>The build (actorlog.dll) that is started; null: <see cref="Repository.Program"/>.</summary>
    public string? Build { get; init; }

    /// <summary>What stands before the program on its command line, such as <c>prlimit</c>.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Variables of every run, such as LD_PRELOAD.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Further lines inside actorlog { }.</summary>
    public string Further { get; init; } = "";

    /// <summary>The text of the configuration file.</summary>
    public string ToHocon()
    {
        var text = new StringBuilder();
        text.AppendLine("actorlog {");
        text.AppendLine($"  name = \"{Name}\"");
        text.AppendLine($"  data-directory = \"{DataDirectory}\"");
        text.AppendLine($"  http.listen = \"127.0.0.1:{HttpPort}\"");
        Sources(text);
        Routes(text);
        if (AggregatorFiles is not null)
        {
            text.AppendLine($"  aggregator.files.directory = \"{AggregatorFiles}\"");
            text.AppendLine($"  aggregator.files.path = \"{AggregatorPath}\"");
        }
        if (Gateway is not null)
        {
            text.AppendLine($"  aggregator.listen = \"{GatewayAddress}:{Gateway}\"");
        }
        if (Certificates is not null)
        {
            var name = Role == "edge" ? "edge-node" : "server";
            text.AppendLine($"  tls.ca = \"{Certificates}/ca.pem\"");
            text.AppendLine($"  tls.certificate = \"{Certificates}/{name}.pem\"");
            text.AppendLine($"  tls.key = \"{Certificates}/{name}-key.pem\"");
        }
        text.AppendLine(Further);
        text.AppendLine("}");
        return text.ToString();
    }

    private void Sources(StringBuilder text)
    {
        text.AppendLine("  sources {");
        Source("udp", Udp is null ? null : $"listen = \"127.0.0.1:{Udp}\"");
        Source("tcp", Tcp is null ? null : $"listen = \"127.0.0.1:{Tcp}\"");
        Source("tls", Tls is null ? null : $"""
            listen = "127.0.0.1:{Tls}"
                  tls.certificate = "{Certificates}/server.pem"
                  tls.key = "{Certificates}/server-key.pem"
            """);
        Source("unix-datagram", UnixDatagram is null ? null : $"path = \"{UnixDatagram}\"");
        Source("unix-stream", UnixStream is null ? null : $"path = \"{UnixStream}\"");
        text.AppendLine("  }");

        void Source(string type, string? where)
        {
            if (where is not null)
            {
                text.AppendLine($"    {type} {{");
                text.AppendLine($"      type = {type}");
                text.AppendLine($"      {where}");
                text.AppendLine($"      keep-hostname = {(KeepHostname ? "on" : "off")}");
                text.AppendLine("    }");
            }
        }
    }

    private void Routes(StringBuilder text)
    {
        var sinks = new List<string>();
        text.AppendLine("  sinks {");
        if (LocalFiles is not null)
        {
            sinks.Add("local");
            text.AppendLine("    local {");
            text.AppendLine("      type = file");
            text.AppendLine($"      directory = \"{LocalFiles}\"");
            text.AppendLine("      path = \"{host}.log\"");
            text.AppendLine("    }");
        }
        text.AppendLine("  }");
        if (Forward is not null)
        {
            sinks.Add("aggregator");
        }
        if (Forward > 0)
        {
            var endpoints = ForwardOthers.Prepend($"{ForwardHost}:{Forward}").Select(static endpoint => $"\"{endpoint}\"");
            text.AppendLine($"  forward.endpoints = [{string.Join(", ", endpoints)}]");
        }
        if (Program is not null)
        {
            text.AppendLine($"  filters.wanted.program = \"{Program}\"");
        }
        text.AppendLine("  routes {");
        if (sinks.Count > 0)
        {
            text.AppendLine("    all {");
            text.AppendLine(Program is null ? "" : "      filter = wanted");
            text.AppendLine($"      sinks = [{string.Join(", ", sinks)}]");
            text.AppendLine("    }");
        }
        text.AppendLine("  }");
    }
}
