using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ActorLog.Node.Web;

/// <summary>
/// Writes a meter's observable instruments in Prometheus' text format, version 0.0.4; counters get their _total. One
/// reading at a time; names and labels are the program's own but for values, which are escaped.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    /// <summary>The content type that goes with it.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly StringBuilder _text = new();
    private Instrument? _last;

    /// <summary>Listens to one meter, however many of its name there are.</summary>
    public PrometheusText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) && instrument.IsObservable)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) =>
            Write(instrument, value.ToString(CultureInfo.InvariantCulture), labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) =>
            Write(instrument, value.ToString("R", CultureInfo.InvariantCulture), labels));
        _listener.Start();
    }

    /// <summary>What the instruments say now.</summary>
    public string Read()
    {
        lock (_lock)
        {
            _text.Clear();
            _last = null;
            _listener.RecordObservableInstruments();
            return _text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    // Instruments are asked one after the other, so the values of one stand together, as the format demands.
    private void Write(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var isCounter = instrument is ObservableCounter<long> or ObservableCounter<double>;
        var name = isCounter ? $"{instrument.Name}_total" : instrument.Name;
        if (!ReferenceEquals(instrument, _last))
        {
            _last = instrument;
            _text.Append("# HELP ").Append(name).Append(' ').Append(instrument.Description).Append('\n');
            _text.Append("# TYPE ").Append(name).Append(isCounter ? " counter\n" : " gauge\n");
        }

        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"");
            Escape(Convert.ToString(labels[i].Value, CultureInfo.InvariantCulture) ?? string.Empty);
            _text.Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(value).Append('\n');
    }

    private void Escape(string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => _text.Append(@"\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append(@"\n"),
                _ => _text.Append(c),
            };
        }
    }
}
