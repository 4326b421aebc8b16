package dev.lamina.analysis.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Numbers and words in rows. The page lets the reader sort it and has a CSV file beside it.
 *
 * @param id unique in the section: lower-case letters, digits and hyphens
 * @param title a few words
 * @param explanation what the rows and columns are, and what to see
 * @param columns the columns
 * @param rows for each row one cell per column: a text, a whole number, a double, a boolean, or
 *     null if there is nothing
 */
public record Table(
    String id, String title, String explanation, List<Column> columns, List<List<Object>> rows)
    implements Block {

  /** Copies the lists and checks their lengths. */
  public Table {
    Names.require("table", id);
    columns = List.copyOf(columns);
    List<List<Object>> copy = new ArrayList<>();
    for (List<Object> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "table %s: row %d must have %d cells but has %d"
                .formatted(id, copy.size(), columns.size(), row.size()));
      }
      copy.add(Collections.unmodifiableList(new ArrayList<>(row)));
    }
    rows = Collections.unmodifiableList(copy);
  }
}
