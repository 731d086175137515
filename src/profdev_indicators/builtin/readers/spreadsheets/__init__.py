"""Books of spreadsheets, XLSX, XLS and ODS: looked at before they are unpacked, told sheet by sheet."""
