// biome-ignore-all lint/a11y/noRedundantRoles: some browsers forget that a table is one when its `display` changes
import type { ReactNode } from "react";

type ReflowingTableProps = {
  labelledBy: string;
  columns: readonly string[];
  /** A cell for each column; the first names its row. */
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
};

/** A table whose rows look like cards on a phone, without their empty cells, and stay a table for screen readers. */
export function ReflowingTable({ labelledBy, columns, rows }: ReflowingTableProps) {
  return (
    <table className="reflowing" role="table" aria-labelledby={labelledBy}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column} scope="col" role="columnheader">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells: [name, ...cells] }) => (
          <tr key={key} role="row">
            <th scope="row" role="rowheader">
              <Cell column={columns[0]}>{name}</Cell>
            </th>
            {cells.map((cell, index) => (
              <td key={columns[index + 1]} role="cell">
                <Cell column={columns[index + 1]}>{cell}</Cell>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** With the column's name before it in a card; where the head row is seen, and for screen readers, that one speaks. */
function Cell({ column, children }: { column: string | undefined; children: ReactNode }) {
  return (
    <>
      <span className="cell-label" aria-hidden="true">
        {column}
      </span>
      <div className="cell">{children}</div>
    </>
  );
}
