package dev.lamina.analysis.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One thing in a section of a report. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "block")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Plot.class, name = "plot"),
  @JsonSubTypes.Type(value = Heatmap.class, name = "heatmap"),
  @JsonSubTypes.Type(value = Table.class, name = "table"),
  @JsonSubTypes.Type(value = Pictures.class, name = "pictures"),
  @JsonSubTypes.Type(value = Note.class, name = "note"),
})
public sealed interface Block permits Plot, Heatmap, Table, Pictures, Note {}
