using System.Globalization;
using Npgsql;

namespace ActorLog.Node.Settings;

/// <summary>
/// Reads postgresql://user@host:port,host:port/database?parameter=value, as libpq has it, for Npgsql. What is wrong is told
/// without the text, which may hold a password.
/// </summary>
internal static class PostgresUri
{
    /// <summary>What such a place begins with.</summary>
    public const string Scheme = "postgresql://";
    private const ushort DefaultPort = 5432;

    // libpq's name, Npgsql's, and which values it takes; null: any.
    private static readonly (string Name, string Keyword, string[]? Values)[] Parameters =
    [
        ("sslmode", "SSL Mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
        ("sslrootcert", "Root Certificate", null),
        ("sslcert", "SSL Certificate", null),
        ("sslkey", "SSL Key", null),
        ("channel_binding", "Channel Binding", ["disable", "prefer", "require"]),
        ("gssencmode", "GSS Encryption Mode", ["disable", "prefer", "require"]),
        ("application_name", "Application Name", null),
        ("search_path", "Search Path", null),
    ];

    /// <summary>Whether a value means a database and not a file.</summary>
    public static bool IsMeant(string text) => text.Contains("://", StringComparison.Ordinal);

    /// <summary>Reads it.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public static string? Read(string text, string? passwordFile, out PostgresSettings? settings)
    {
        settings = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            var scheme = text[..(text.IndexOf("://", StringComparison.Ordinal) + 3)];
            return $"begins with {scheme}: a database begins with {Scheme}, all else is the path of a SQLite file";
        }

        var (address, query) = Split(text[Scheme.Length..], '?');
        var at = address.LastIndexOf('@');
        var (user, password) = Split(at < 0 ? "" : address[..at], ':');
        if (password is not null)
        {
            return PasswordFault;
        }

        var (hosts, database) = Split(address[(at + 1)..], '/');
        if (user.Length == 0 || string.IsNullOrEmpty(database))
        {
            return $"has no {(user.Length == 0 ? "user" : "database")} (try {Scheme}actorlog@db.example/actorlog)";
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Username = Uri.UnescapeDataString(user),
            Database = Uri.UnescapeDataString(database),
            ApplicationName = "actorlog",
        };
        if (ReadHosts(hosts, out var list) is { } wrongHost)
        {
            return wrongHost;
        }

        connection.Host = string.Join(',', list);
        if (ReadQuery(query, connection) is { } wrongParameter)
        {
            return wrongParameter;
        }

        settings = new PostgresSettings($"{Scheme}{connection.Host}/{connection.Database}", connection.ConnectionString, passwordFile);
        return null;
    }

    private const string PasswordFault =
        "holds a password, which everybody sees who sees the configuration: write it to a file, and name that in aggregator.journal-password-file";

    private static string? ReadHosts(string text, out List<string> hosts)
    {
        hosts = [];
        foreach (var part in text.Split(','))
        {
            // A socket's folder comes with its slashes escaped, as libpq has it.
            var one = Uri.UnescapeDataString(part);
            if (one.StartsWith('/'))
            {
                hosts.Add(one);
                continue;
            }

            var hasPort = one.LastIndexOf(':') > one.LastIndexOf(']');
            if (SettingFormats.HostAndPort(hasPort ? one : $"{one}:{DefaultPort}", out var endPoint) is not null)
            {
                return $"has a host that is none: '{one}' (try db1.example:5432,db2.example:5432)";
            }

            var host = endPoint.Host.Contains(':') ? $"[{endPoint.Host}]" : endPoint.Host;
            hosts.Add(string.Create(CultureInfo.InvariantCulture, $"{host}:{endPoint.Port}"));
        }

        return null;
    }

    private static string? ReadQuery(string? query, NpgsqlConnectionStringBuilder connection)
    {
        foreach (var pair in query?.Split('&', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var (name, value) = Split(pair, '=');
            if (name == "password")
            {
                return PasswordFault;
            }

            var known = Parameters.FirstOrDefault(parameter => parameter.Name == name);
            if (known.Name is null)
            {
                return $"has a parameter that is not known: '{name}'{Nearest.To(name, Parameters.Select(static p => p.Name))}";
            }

            var text = Uri.UnescapeDataString(value ?? "");
            if (text.Length == 0 || (known.Values is { } values && !values.Contains(text)))
            {
                var hint = known.Values is null ? "" : $" ({string.Join(", ", known.Values)}){Nearest.To(text, known.Values)}";
                return $"has no value that {name} takes: '{text}'{hint}";
            }

            // Npgsql's words of several parts are written together.
            connection[known.Keyword] = known.Values is null ? text : text.Replace("-", "", StringComparison.Ordinal);
        }

        return null;
    }

    private static (string Before, string? Behind) Split(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }
}
