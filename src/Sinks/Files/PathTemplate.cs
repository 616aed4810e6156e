using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ActorLog.Protocol.Batches;

namespace ActorLog.Sinks.Files;

/// <summary>
/// The path of a file below its sink's root, with {host}, {program}, {app}, {channel}, {facility}, {severity}, {year},
/// {month}, {day} and {hour}; the last four are the time of receipt, UTC, so that a record that is late or has a wrong
/// clock opens no old file. Different values give different paths, and no value leaves the root. Immutable.
/// </summary>
public sealed class PathTemplate
{
    /// <summary>The most names (directories and the file) that a template has.</summary>
    public const int NamesMax = 8;

    // The lengths of host and program, both at their most, channel, priority and the hour.
    internal const int KeyBytesMax = 2 + HostTable.NameBytesMax + 255 + 1 + 1 + 8;

    private static readonly string[] Severities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    private readonly PathPart[][] _names;
    private readonly bool _usesProgram;
    private readonly bool _usesChannel;
    private readonly bool _usesPriority;
    private readonly long _ticksPerKey;

    internal PathTemplate(string text, PathPart[][] names)
    {
        Text = text;
        _names = names;
        UsesHost = Uses(Placeholder.Host);
        _usesProgram = Uses(Placeholder.Program) || Uses(Placeholder.App);
        _usesChannel = Uses(Placeholder.Channel) || Uses(Placeholder.App);
        _usesPriority = Uses(Placeholder.Facility) || Uses(Placeholder.Severity);
        var usesTime = Uses(Placeholder.Year) || Uses(Placeholder.Month) || Uses(Placeholder.Day) || Uses(Placeholder.Hour);
        _ticksPerKey = !usesTime ? 0 : Uses(Placeholder.Hour) ? TimeSpan.TicksPerHour : TimeSpan.TicksPerDay;
        UsesHostOnly = !(_usesProgram || _usesChannel || _usesPriority || usesTime);
    }

    /// <summary>The template as written.</summary>
    public string Text { get; }

    /// <summary>Whether each host has files of its own.</summary>
    public bool UsesHost { get; }

    internal bool UsesHostOnly { get; }

    /// <summary>Reads a template; never throws.</summary>
    /// <param name="text">Such as <c>{host}/{program}.log</c>.</param>
    /// <param name="template">The template.</param>
    /// <param name="error">The first fault; default when there is none.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out PathTemplate? template, out PathTemplateError error)
    {
        var reader = new PathTemplateReader(text);
        template = reader.TryRead(out error);
        return template is not null;
    }

    /// <summary>The path of a record. Makes strings: <see cref="PathTable"/> keeps them.</summary>
    public string PathOf(in LogRecord record)
    {
        var path = new StringBuilder();
        var name = new StringBuilder();
        foreach (var parts in _names)
        {
            name.Clear();
            foreach (var part in parts)
            {
                AppendPart(part, record, name);
            }

            var last = parts[^1];
            var suffix = last.Placeholder == Placeholder.None ? last.Text : "";
            path.Append(path.Length == 0 ? "" : "/").Append(PathEncoding.Finish(name.ToString(), suffix));
        }

        return path.ToString();
    }

    /// <summary>What the paths of a host's records end in, whatever else they depend on: to see whose file a file is.</summary>
    /// <param name="host">The host that they are filed under.</param>
    public Regex PathsOf(ReadOnlySpan<byte> host)
    {
        var pattern = new StringBuilder("(?:^|/)");
        foreach (var parts in _names)
        {
            pattern.Append(parts == _names[0] ? "" : "/").Append(NamesOf(parts, host, isCutToo: true));
        }

        return new Regex(pattern.Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    /// <summary>The names in the paths of a host's records: a pattern for each folder on the way, and for the file.</summary>
    internal Regex[] NamesOf(ReadOnlySpan<byte> host, bool isCutToo)
    {
        var patterns = new Regex[_names.Length];
        for (var level = 0; level < _names.Length; level++)
        {
            patterns[level] = new Regex($@"\A{NamesOf(_names[level], host, isCutToo)}\z", RegexOptions.CultureInvariant);
        }

        return patterns;
    }

    /// <summary>Which name of a path tells the host, as the group "host" of a pattern; null when none does.</summary>
    internal (int Level, Regex Pattern)? FindHostName()
    {
        var level = Array.FindIndex(_names, static parts => Array.Exists(parts, static part => part.Placeholder == Placeholder.Host));
        if (level < 0)
        {
            return null;
        }

        var pattern = string.Concat(_names[level].Select(static part => part.Placeholder switch
        {
            Placeholder.None => Regex.Escape(part.Text),
            Placeholder.Host => "(?<host>(?:[^/%]|%[0-9A-F]{2})+)",
            _ => "[^/]+",
        }));
        return (level, new Regex($@"\A{pattern}{PathEncoding.ReservedPattern}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture));
    }

    /// <summary>Text with the parts of a record that its path depends on, so that equal keys have equal paths.</summary>
    internal int WriteKey(in LogRecord record, Span<byte> key)
    {
        var length = 0;
        if (UsesHost)
        {
            length += WriteField(record.Host, key);
        }

        if (_usesProgram)
        {
            length += WriteField(record.Program, key[length..]);
        }

        if (_usesChannel)
        {
            key[length++] = (byte)record.Channel;
        }

        if (_usesPriority)
        {
            key[length++] = record.Priority.Value;
        }

        if (_ticksPerKey > 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(key[length..], record.ReceivedTicks / _ticksPerKey);
            length += 8;
        }

        return length;
    }

    private static string NamesOf(PathPart[] parts, ReadOnlySpan<byte> host, bool isCutToo)
    {
        var name = new StringBuilder();
        var pattern = new StringBuilder();
        foreach (var part in parts)
        {
            name.Clear();
            if (part.Placeholder == Placeholder.Host)
            {
                PathEncoding.Append(host, part.Separator, name);
            }

            pattern.Append(part.Placeholder switch
            {
                Placeholder.None => Regex.Escape(part.Text),
                Placeholder.Host => Regex.Escape(name.ToString()),
                _ => "[^/]+",
            });
        }

        var whole = $"{pattern}{PathEncoding.ReservedPattern}";
        // A name without the host may be cut and is nobody's all the same.
        return isCutToo || !Array.Exists(parts, static part => part.Placeholder == Placeholder.Host)
            ? $"(?:{whole}|{PathEncoding.CutPattern})" : whole;
    }

    private bool Uses(Placeholder placeholder) =>
        Array.Exists(_names, parts => Array.Exists(parts, part => part.Placeholder == placeholder));

    private static int WriteField(ReadOnlySpan<byte> field, Span<byte> key)
    {
        key[0] = checked((byte)field.Length);
        field.CopyTo(key[1..]);
        return 1 + field.Length;
    }

    private static void AppendPart(PathPart part, in LogRecord record, StringBuilder name)
    {
        switch (part.Placeholder)
        {
            case Placeholder.None: name.Append(part.Text); break;
            case Placeholder.Host: PathEncoding.Append(record.Host, part.Separator, name); break;
            case Placeholder.Program: PathEncoding.Append(record.Program, part.Separator, name); break;
            case Placeholder.App: PathEncoding.Append(AppOf(record), part.Separator, name); break;
            case Placeholder.Channel: AppendWord(record.Channel.ToString(), part.Separator, name); break;
            case Placeholder.Facility: AppendWord(record.Priority.Facility.ToString(), part.Separator, name); break;
            case Placeholder.Severity: AppendWord(Severities[(int)record.Priority.Severity], part.Separator, name); break;
            default: AppendTime(part.Placeholder, record.ReceivedTicks, name); break;
        }
    }

    private static void AppendWord(string word, char separator, StringBuilder name) =>
        PathEncoding.Append(Encoding.ASCII.GetBytes(word.ToLowerInvariant()), separator, name);

    private static void AppendTime(Placeholder placeholder, long ticks, StringBuilder name)
    {
        var time = new DateTime(ticks, DateTimeKind.Utc);
        var format = placeholder switch
        {
            Placeholder.Year => "yyyy",
            Placeholder.Month => "MM",
            Placeholder.Day => "dd",
            _ => "HH",
        };
        name.Append(time.ToString(format, CultureInfo.InvariantCulture));
    }

    /// <summary>APP of gunicorn.APP.CHANNEL; any other program is an app of its own.</summary>
    private static ReadOnlySpan<byte> AppOf(in LogRecord record)
    {
        var program = record.Program;
        var first = program.IndexOf((byte)'.');
        var last = program.LastIndexOf((byte)'.');
        return record.Channel != Channel.Other && last > first + 1 ? program[(first + 1)..last] : program;
    }
}
